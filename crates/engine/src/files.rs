//! `.Files`: the files of a chart that are no templates.
//!
//! Source: `pkg/engine/files.go`, Helm v4.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_chart::{Data, File};
use pintle_gotmpl::{FuncError, Kind, List, Map, Object, Str, Type, UintType, Value};
use pintle_yaml::emit::{Emitter, Layout};

use crate::glob::Glob;

/// Files by path, as templates hold them: Helm's `engine.files`.
#[derive(Debug, Clone)]
pub(crate) struct Files(Rc<BTreeMap<Arc<str>, Data>>);

/// The bytes of one file: Go's `[]uint8`, made into a list only if a template looks at single bytes.
#[derive(Debug, Clone)]
pub(crate) struct Bytes(pub(crate) Arc<[u8]>);

impl Files {
    /// Makes the files of a chart.
    pub(crate) fn new(files: &[File]) -> Self {
        let entries = files.iter().map(|file| (Arc::clone(&file.name), file.data.clone()));
        Self(Rc::new(entries.collect()))
    }

    fn get(&self, path: &[u8]) -> Option<&Data> {
        self.0.get(std::str::from_utf8(path).ok()?)
    }

    fn glob(&self, pattern: &str) -> Self {
        let glob = Glob::new(pattern);
        let matching = self.0.iter().filter(|(path, _)| glob.matches(path));
        Self(Rc::new(matching.map(|(path, data)| (Arc::clone(path), data.clone())).collect()))
    }

    /// Writes base names and contents as a YAML map, as `toYaml` would.
    fn as_yaml(&self, content: impl Fn(&[u8]) -> String) -> Value {
        let by_base: BTreeMap<&str, &[u8]> =
            self.0.iter().map(|(path, data)| (base(path), &**data)).collect();
        let mut sorted: Vec<(&str, &[u8])> = by_base.into_iter().collect();
        sorted.sort_by(|(a, _), (b, _)| pintle_yaml::sort::compare(a, b));
        let mut emitter = Emitter::new(Layout::V2);
        emitter.begin_map(sorted.len());
        for (base, data) in sorted {
            emitter.key(base);
            emitter.string(&content(data));
        }
        emitter.end();
        // Helm's toYaml gives nothing for what it cannot write.
        let text = emitter.finish().unwrap_or_default();
        Value::string(text.strip_suffix('\n').unwrap_or(&text))
    }

    fn lines(&self, path: &[u8]) -> Value {
        let Some(data) = self.get(path).filter(|data| !data.is_empty()) else {
            return List::of(&Type::String, Vec::new()).into();
        };
        let data = data.strip_suffix(b"\n").unwrap_or(data);
        List::strings(data.split(|byte| *byte == b'\n')).into()
    }
}

/// Gives the last element of a path, as Go's `path.Base`.
fn base(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    match path.rsplit('/').next() {
        Some("") | None => "/",
        Some(base) => base,
    }
}

impl Object for Files {
    fn type_name(&self) -> Cow<'static, str> {
        "engine.files".into()
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FuncError>> {
        let argument = args.first().and_then(Value::as_bytes).unwrap_or_default();
        Some(Ok(match name {
            "Get" => Value::string(self.get(argument).map_or(&[][..], |data| &**data)),
            "GetBytes" => bytes(self.get(argument).unwrap_or(&Data::default())),
            "Glob" => Value::Object(Rc::new(self.glob(&String::from_utf8_lossy(argument)))),
            "Lines" => self.lines(argument),
            "AsConfig" => self.as_yaml(|data| String::from_utf8_lossy(data).into_owned()),
            "AsSecrets" => self.as_yaml(|data| STANDARD.encode(data)),
            _ => return None,
        }))
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        match method {
            "Get" | "GetBytes" | "Glob" | "Lines" => Some((&[Type::String], false)),
            "AsConfig" | "AsSecrets" => Some((&[], false)),
            _ => None,
        }
    }

    fn underlying(&self) -> Option<Value> {
        let entries = self.0.iter().map(|(path, data)| (Str::from(&**path), bytes(data)));
        Some(Value::Map(Map::of(&Type::Map(&Type::BYTES), entries.collect())))
    }

    fn to_json(&self) -> Option<Value> {
        let entries =
            self.0.iter().map(|(path, data)| (&**path, Value::string(STANDARD.encode(&**data))));
        Some(Value::map(entries))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn bytes(data: &Data) -> Value {
    Value::Object(Rc::new(Bytes(Arc::clone(data.shared()))))
}

impl Object for Bytes {
    fn type_name(&self) -> Cow<'static, str> {
        "[]uint8".into()
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn underlying(&self) -> Option<Value> {
        let items: Vec<Value> =
            self.0.iter().map(|byte| Value::Uint(UintType::Uint8, u64::from(*byte))).collect();
        Some(List::of(&Type::Uint(UintType::Uint8), items).into())
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::string(STANDARD.encode(&self.0)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
