//! Passwords: `bcrypt`, `htpasswd` and `derivePassword`.
//!
//! Source: `crypto.go` in Sprig, `golang.org/x/crypto/bcrypt`; the derivation is that of Master Password.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::world::World;

/// How much work a hash takes: two to this many rounds. It is Go's default, and takes about 50 ms.
const BCRYPT_COST: u32 = 10;

/// The longest password bcrypt takes, in bytes.
const MAX_BCRYPT_LEN: usize = 72;

/// Hashes a password.
///
/// # Errors
///
/// Go's text for a password that is too long.
pub(super) fn bcrypt(world: &dyn World, password: &[u8]) -> Result<String, String> {
    if password.len() > MAX_BCRYPT_LEN {
        return Err(format!("bcrypt: password length exceeds {MAX_BCRYPT_LEN} bytes"));
    }
    let mut salt = [0; 16];
    world.fill_random(&mut salt);
    bcrypt::hash_with_salt(password, BCRYPT_COST, salt)
        .map(|hash| hash.format_for_version(bcrypt::Version::TwoA))
        .map_err(|error| format!("bcrypt: {error}"))
}

/// What each derivation begins with.
const SCOPE: &[u8] = b"com.lyndir.masterpassword";

/// The kinds of passwords, with the shapes each may have.
const SHAPES: &[(&str, &[&str])] = &[
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

/// Gives the characters that a letter of a shape stands for.
fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// Derives a password for a site from a user's one password. The same words give the same password.
///
/// # Errors
///
/// Sprig's text, which is what the function then gives.
pub(super) fn derive(
    counter: u32,
    kind: &[u8],
    password: &[u8],
    user: &[u8],
    site: &[u8],
) -> Result<String, String> {
    let Some((_, shapes)) = SHAPES.iter().find(|(name, _)| name.as_bytes() == kind) else {
        let kind = String::from_utf8_lossy(kind);
        return Err(format!("cannot find password template {kind}"));
    };
    let len = |text: &[u8]| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let failed = |error: &dyn std::fmt::Display| format!("failed to derive password: {error}");
    let salt = [SCOPE, &len(user), user].concat();
    // 32768 rounds over blocks of 1 KiB, twice: 32 MiB of memory.
    let params = scrypt::Params::new(15, 8, 2).map_err(|error| failed(&error))?;
    let mut key = [0; 64];
    scrypt::scrypt(password, &salt, &params, &mut key).map_err(|error| failed(&error))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| failed(&error))?;
    mac.update(&[SCOPE, &len(site), site, &counter.to_be_bytes()].concat());
    let seed = mac.finalize().into_bytes();
    let shape = shapes[usize::from(seed[0]) % shapes.len()].as_bytes();
    let password = shape.iter().zip(&seed[1..]).map(|(letter, random)| {
        let characters = characters(*letter);
        char::from(characters[usize::from(*random) % characters.len()])
    });
    Ok(password.collect())
}
