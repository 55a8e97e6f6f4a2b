//! URLs: `urlParse` takes one apart, `urlJoin` puts one together.
//!
//! Source: `url.go` in Sprig, Go's `net/url/url.go` and `net/netip`.

use pintle_chart::go::url::{Encoded, Url};
use pintle_gotmpl::{Env, FuncError, Function, Str, Type, Value};

use super::arguments::bytes;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("urlParse", &[Type::String], url_parse),
    Function::new("urlJoin", &[Type::MAP], url_join),
];

fn url_parse(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let url =
        Url::parse(bytes(args, 0)).map_err(|error| format!("unable to parse url: {error}"))?;
    let hostname = url.hostname().to_vec();
    Ok(Value::map([
        ("scheme", Value::string(url.scheme)),
        ("hostname", Value::string(hostname)),
        ("host", Value::string(url.host)),
        ("path", Value::string(url.path.decoded)),
        ("query", Value::string(url.query)),
        ("opaque", Value::string(url.opaque)),
        ("fragment", Value::string(url.fragment.decoded)),
        ("userinfo", Value::string(url.user.map(|user| user.encoded()).unwrap_or_default())),
    ]))
}

fn url_join(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let part = |key: &str| -> Result<Str, FuncError> {
        match args.first().and_then(Value::as_map).and_then(|map| map.get(key)) {
            None => Ok("".into()),
            Some(Value::String(text)) => Ok(text),
            // Sprig asks nil for its type.
            Some(Value::Nil) => {
                Err("runtime error: invalid memory address or nil pointer dereference".into())
            }
            Some(other) => Err(format!(
                "unable to parse {key} key, must be of type string, but {} found",
                kind_name(&other)
            )
            .into()),
        }
    };
    let mut url = Url {
        scheme: part("scheme")?.as_bytes().to_vec(),
        host: part("host")?.as_bytes().to_vec(),
        path: Encoded::of(part("path")?.as_bytes()),
        query: part("query")?.as_bytes().to_vec(),
        opaque: part("opaque")?.as_bytes().to_vec(),
        fragment: Encoded::of(part("fragment")?.as_bytes()),
        ..Url::default()
    };
    let userinfo = part("userinfo")?;
    if !userinfo.is_empty() {
        let text = [b"proto://", userinfo.as_bytes(), b"@host"].concat();
        let parsed = Url::parse(&text)
            .map_err(|error| format!("unable to parse userinfo in dict: {error}"))?;
        url.user = parsed.user;
    }
    Ok(Value::string(url.text()))
}

/// Gives the name of a value's kind, as Go's `reflect` does.
fn kind_name(value: &Value) -> String {
    match value {
        Value::List(_) => "slice".to_owned(),
        Value::Map(_) => "map".to_owned(),
        Value::Object(object) => match object.kind() {
            pintle_gotmpl::Kind::Ptr => "ptr".to_owned(),
            pintle_gotmpl::Kind::Struct => "struct".to_owned(),
            _ => object
                .underlying()
                .map_or_else(|| object.type_name().into_owned(), |value| kind_name(&value)),
        },
        basic => pintle_gotmpl::value::print::type_name(basic),
    }
}
