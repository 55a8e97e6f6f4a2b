//! Slash-separated paths: `base`, `dir`, `clean`, `ext`, `isAbs`, and the same for the paths of the system Helm runs on,
//! which is taken to be Unix.
//!
//! Source: Go's `path/path.go`; Sprig names the functions.

#![expect(clippy::unnecessary_wraps, reason = "every body has the type `Native`")]

use pintle_gotmpl::{Env, FuncError, Function, Type, Value};

use super::arguments::bytes;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("base", &[Type::String], base),
    Function::new("clean", &[Type::String], clean),
    Function::new("dir", &[Type::String], dir),
    Function::new("ext", &[Type::String], ext),
    Function::new("isAbs", &[Type::String], is_absolute),
    Function::new("osBase", &[Type::String], base),
    Function::new("osClean", &[Type::String], clean),
    Function::new("osDir", &[Type::String], dir),
    Function::new("osExt", &[Type::String], ext),
    Function::new("osIsAbs", &[Type::String], is_absolute),
];

fn clean(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    Ok(Value::string(cleaned(bytes(args, 0))))
}

fn base(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let path = bytes(args, 0);
    let Some(last) = path.iter().rposition(|byte| *byte != b'/') else {
        return Ok(Value::string(if path.is_empty() { "." } else { "/" }));
    };
    let path = &path[..=last];
    Ok(Value::string(&path[after_last_slash(path)..]))
}

fn dir(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let path = bytes(args, 0);
    Ok(Value::string(cleaned(&path[..after_last_slash(path)])))
}

fn ext(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let path = bytes(args, 0);
    let name = &path[after_last_slash(path)..];
    let dot = memchr::memrchr(b'.', name);
    Ok(Value::string(dot.map_or(&[][..], |dot| &name[dot..])))
}

fn is_absolute(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    Ok(bytes(args, 0).starts_with(b"/").into())
}

fn after_last_slash(path: &[u8]) -> usize {
    memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1)
}

/// Gives the shortest path to the same place: no `.`, no `//`, and `..` only at the beginning of a relative path.
fn cleaned(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match parts.last() {
                Some(last) if *last != b".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(part),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
