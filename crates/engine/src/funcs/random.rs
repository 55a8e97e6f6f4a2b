//! Random text and numbers: `randAlphaNum`, `randInt`, `uuidv4`, `shuffle`.
//!
//! All bytes come from the world, so that a world that stands still gives the same text each time.
//!
//! Source: `functions.go` and `strings.go` in Sprig, `cryptorandomstringutils.go` in Masterminds/goutils.

use pintle_gotmpl::{Env, FuncError, Function, Type, Value};

use super::arguments::{bytes, int};
use super::encoding::base64_encode;
use crate::render::world;
use crate::world::World;

/// How many random characters or bytes one call may ask for.
pub(super) const MAX_RANDOM_LEN: i64 = 16 << 20;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("randAlpha", &[Type::INT], |env, args| {
        characters(env, args, |byte| byte.is_ascii_alphabetic())
    }),
    Function::new("randAlphaNum", &[Type::INT], |env, args| {
        characters(env, args, |byte| byte.is_ascii_alphanumeric())
    }),
    Function::new("randAscii", &[Type::INT], |env, args| {
        characters(env, args, |byte| matches!(byte, b' '..=b'~'))
    }),
    Function::new("randNumeric", &[Type::INT], |env, args| {
        characters(env, args, |byte| byte.is_ascii_digit())
    }),
    Function::new("randBytes", &[Type::INT], random_bytes),
    Function::new("randInt", &[Type::INT, Type::INT], random_int),
    Function::new("shuffle", &[Type::String], shuffle),
    Function::new("uuidv4", &[], uuid_v4),
];

/// Gives a length that was asked for, or an error if it is more than [`MAX_RANDOM_LEN`].
fn length(len: i64) -> Result<usize, FuncError> {
    usize::try_from(len)
        .ok()
        .filter(|_| len <= MAX_RANDOM_LEN)
        .ok_or_else(|| FuncError::new(format!("random length {len} is more than {MAX_RANDOM_LEN}")))
}

/// Makes text of ASCII characters that a test lets pass, each as likely as any other.
fn characters(
    env: &Env<'_, '_>,
    args: &[Value],
    allowed: fn(u8) -> bool,
) -> Result<Value, FuncError> {
    // Sprig drops the error over a negative length.
    let len = length(int(args, 0).max(0))?;
    let world = world(env)?;
    let alphabet: Vec<u8> = (0..0x80).filter(|byte| allowed(*byte)).collect();
    // The largest multiple of the alphabet that a byte can be below: bytes above it would favour its beginning.
    let end = 256 - 256 % alphabet.len();
    let mut text = Vec::with_capacity(len);
    let mut block = [0; 256];
    while text.len() < len {
        let wanted = (len - text.len()).min(block.len());
        let block = &mut block[..wanted];
        world.fill_random(block);
        text.extend(
            block
                .iter()
                .map(|byte| usize::from(*byte))
                .filter(|byte| *byte < end)
                .map(|byte| alphabet[byte % alphabet.len()]),
        );
    }
    Ok(Value::string(text))
}

fn random_bytes(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let len = int(args, 0);
    if len < 0 {
        return Err("runtime error: makeslice: len out of range".into());
    }
    let mut random = vec![0; length(len)?];
    world(env)?.fill_random(&mut random);
    Ok(Value::string(base64_encode(&random)))
}

fn random_int(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let (min, max) = (int(args, 0), int(args, 1));
    let n = max.wrapping_sub(min);
    if n <= 0 {
        return Err("invalid argument to Intn".into());
    }
    let random = i64::try_from(below(world(env)?, n.unsigned_abs())).unwrap_or_default();
    Ok(Value::int(random.wrapping_add(min)))
}

fn shuffle(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let mut runes: Vec<char> = String::from_utf8_lossy(bytes(args, 0)).chars().collect();
    let world = world(env)?;
    for last in (1..runes.len()).rev() {
        let other = usize::try_from(below(world, last as u64 + 1)).unwrap_or(last);
        runes.swap(last, other);
    }
    Ok(Value::string(String::from_iter(runes)))
}

fn uuid_v4(env: &mut Env<'_, '_>, _: &[Value]) -> Result<Value, FuncError> {
    let mut bytes = [0; 16];
    world(env)?.fill_random(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let uuid = u128::from_be_bytes(bytes);
    let part = |shift: u32, digits: u32| (uuid >> shift) & ((1 << (4 * digits)) - 1);
    Ok(Value::string(format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    )))
}

/// Gives a random number below `end`, each as likely as any other.
fn below(world: &dyn World, end: u64) -> u64 {
    // Drawing again is needed less than every second time.
    let mask = u64::MAX >> (end - 1).leading_zeros().min(63);
    loop {
        let mut bytes = [0; 8];
        world.fill_random(&mut bytes);
        let random = u64::from_le_bytes(bytes) & mask;
        if random < end {
            return random;
        }
    }
}
