//! `encryptAES` and `decryptAES`: AES-256 in CBC mode, the key being the password filled up with zeros.
//!
//! Source: `crypto.go` in Sprig.

use aes::Aes256;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};

use crate::funcs::encoding::{base64_decode, base64_encode};
use crate::world::World;

/// The length of a block, and of the random bytes that come first.
const BLOCK_LEN: usize = 16;

/// Gives the key of a password: its first 32 bytes, or zeros after it.
fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let len = password.len().min(key.len());
    key[..len].copy_from_slice(&password[..len]);
    key
}

/// Encrypts text, to base 64.
pub(super) fn encrypt(world: &dyn World, password: &[u8], text: &[u8]) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut random = [0; BLOCK_LEN];
    world.fill_random(&mut random);
    let cipher = cbc::Encryptor::<Aes256>::new(&key(password).into(), &random.into());
    // The padding counts its own bytes, and a text of whole blocks gets one more.
    let padding = BLOCK_LEN - text.len() % BLOCK_LEN;
    let byte = u8::try_from(padding).expect("a block has sixteen bytes");
    let mut padded = [text, &vec![byte; padding]].concat();
    let len = padded.len();
    let encrypted = cipher.encrypt_padded::<NoPadding>(&mut padded, len);
    let encrypted = encrypted.expect("the text has whole blocks now");
    base64_encode(&[&random[..], encrypted].concat())
}

/// Decrypts what [`encrypt`] gave.
///
/// # Errors
///
/// Go's text. A wrong password is often no error: Sprig looks only at how long the padding says it is.
pub(super) fn decrypt(password: &[u8], base64: &[u8]) -> Result<Vec<u8>, String> {
    if base64.is_empty() {
        return Ok(Vec::new());
    }
    let encrypted = base64_decode(base64)
        .map_err(|place| format!("illegal base64 data at input byte {place}"))?;
    let Some((random, encrypted)) = encrypted.split_first_chunk::<BLOCK_LEN>() else {
        // Go slices what it decoded into, which may have room left.
        let (len, capacity) = (encrypted.len(), base64.len() / 4 * 3);
        return Err(if capacity < BLOCK_LEN {
            format!(
                "runtime error: slice bounds out of range [:{BLOCK_LEN}] with capacity {capacity}"
            )
        } else {
            format!("runtime error: slice bounds out of range [{BLOCK_LEN}:{len}]")
        });
    };
    if encrypted.len() % BLOCK_LEN != 0 {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let cipher = cbc::Decryptor::<Aes256>::new(&key(password).into(), random.into());
    let mut text = encrypted.to_vec();
    cipher.decrypt_padded::<NoPadding>(&mut text).expect("the text has whole blocks");
    let Some(padding) = text.last().map(|last| usize::from(*last)) else {
        return Err("runtime error: index out of range [-1]".to_owned());
    };
    if padding > text.len() {
        let end = padding - text.len();
        return Err(format!("runtime error: slice bounds out of range [:-{end}]"));
    }
    text.truncate(text.len() - padding);
    Ok(text)
}
