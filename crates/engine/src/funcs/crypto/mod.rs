//! Keys, certificates, passwords and encryption.
//!
//! All randomness comes from the world: the same seed gives the same key. Errors have Sprig's and Go's words, but for DER that
//! is no key at all, where Go also tells its own type names.
//!
//! Source: `crypto.go` in Sprig.

#![expect(clippy::unnecessary_wraps, reason = "every body has the type `Native`")]

mod aes;
mod certificates;
mod curves;
mod der;
mod keys;
mod password;
mod pem;
mod primes;
#[cfg(test)]
mod tests;

use pintle_gotmpl::{Env, FuncError, Function, Type, UintType, Value};

use self::certificates::{Certificate, KEY_BITS, Request};
use self::keys::PrivateKey;
use super::arguments::{bytes, int, items, text};
use crate::World;
use crate::render::world;

const CERTIFICATE: Type = Type::Named("sprig.certificate");
const SELF_SIGNED: &[Type] = &[Type::String, Type::LIST, Type::LIST, Type::INT];

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("bcrypt", &[Type::String], |env, args| {
        Ok(Value::string(hash(world(env)?, bytes(args, 0))))
    }),
    Function::new("htpasswd", &[Type::String, Type::String], htpasswd),
    Function::new(
        "derivePassword",
        &[Type::Uint(UintType::Uint32), Type::String, Type::String, Type::String, Type::String],
        derive_password,
    ),
    Function::new("encryptAES", &[Type::String, Type::String], |env, args| {
        Ok(Value::string(aes::encrypt(world(env)?, bytes(args, 0), bytes(args, 1))))
    }),
    Function::new("decryptAES", &[Type::String, Type::String], |_, args| {
        Ok(Value::string(aes::decrypt(bytes(args, 0), bytes(args, 1))?))
    }),
    Function::new("genPrivateKey", &[Type::String], private_key),
    Function::new("genCA", &[Type::String, Type::INT], |env, args| {
        authority(env, args, &new_key(env)?)
    }),
    Function::new("genCAWithKey", &[Type::String, Type::INT, Type::String], |env, args| {
        authority(env, args, &given_key(args, 2)?)
    }),
    Function::new("genSelfSignedCert", SELF_SIGNED, |env, args| {
        let request = request(env, args)?;
        Ok(request.self_signed(&new_key(env)?)?.into())
    }),
    Function::new(
        "genSelfSignedCertWithKey",
        &[Type::String, Type::LIST, Type::LIST, Type::INT, Type::String],
        |env, args| {
            let key = given_key(args, 4)?;
            Ok(request(env, args)?.self_signed(&key)?.into())
        },
    ),
    Function::new(
        "genSignedCert",
        &[Type::String, Type::LIST, Type::LIST, Type::INT, CERTIFICATE],
        |env, args| signed(env, args, &new_key(env)?),
    ),
    Function::new(
        "genSignedCertWithKey",
        &[Type::String, Type::LIST, Type::LIST, Type::INT, CERTIFICATE, Type::String],
        |env, args| signed(env, args, &given_key(args, 5)?),
    ),
    Function::new("buildCustomCert", &[Type::String, Type::String], |_, args| {
        Ok(certificates::build_custom(bytes(args, 0), bytes(args, 1))?.into())
    }),
];

fn hash(world: &dyn World, password: &[u8]) -> String {
    password::bcrypt(world, password)
        .unwrap_or_else(|error| format!("failed to encrypt string with bcrypt: {error}"))
}

fn htpasswd(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let user = bytes(args, 0);
    if user.contains(&b':') {
        return Ok(Value::string([b"invalid username: ", user].concat()));
    }
    Ok(Value::string([user, b":", hash(world(env)?, bytes(args, 1)).as_bytes()].concat()))
}

fn derive_password(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let counter = match args.first() {
        Some(Value::Uint(_, counter)) => u32::try_from(*counter).unwrap_or_default(),
        _ => 0,
    };
    let derived =
        password::derive(counter, bytes(args, 1), bytes(args, 2), bytes(args, 3), bytes(args, 4));
    Ok(Value::string(derived.unwrap_or_else(|error| error)))
}

fn private_key(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let world = world(env)?;
    let key = match &*text(args, 0) {
        "" | "rsa" => PrivateKey::rsa(world, 4096),
        "dsa" => PrivateKey::dsa(world),
        "ecdsa" => PrivateKey::ecdsa(world),
        "ed25519" => PrivateKey::ed25519(world),
        other => return Ok(Value::string(format!("Unknown type {other}"))),
    };
    Ok(Value::string(key.to_pem()))
}

fn new_key(env: &Env<'_, '_>) -> Result<PrivateKey, FuncError> {
    Ok(PrivateKey::rsa(world(env)?, KEY_BITS))
}

fn given_key(args: &[Value], at: usize) -> Result<PrivateKey, FuncError> {
    PrivateKey::from_pem(bytes(args, at))
        .map_err(|error| format!("parsing private key: {error}").into())
}

fn authority(env: &Env<'_, '_>, args: &[Value], key: &PrivateKey) -> Result<Value, FuncError> {
    let request = Request::new(world(env)?, bytes(args, 0), &[], &[], int(args, 1), true)?;
    Ok(request.self_signed(key)?.into())
}

fn request(env: &Env<'_, '_>, args: &[Value]) -> Result<Request, FuncError> {
    let (addresses, names) = (items(args, 1), items(args, 2));
    let world = world(env)?;
    Ok(Request::new(world, bytes(args, 0), addresses, names, int(args, 3), false)?)
}

fn signed(env: &Env<'_, '_>, args: &[Value], key: &PrivateKey) -> Result<Value, FuncError> {
    let authority: Option<&Certificate> = args.get(4).and_then(Value::as_object);
    let Some(authority) = authority else { return Err("unable to decode certificate".into()) };
    Ok(request(env, args)?.signed_by(key, authority)?.into())
}
