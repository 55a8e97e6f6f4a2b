//! Semantic versions: `semver` and `semverCompare`.
//!
//! Source: `semver.go` in Sprig, `version.go` of Masterminds/semver v3.5.0 for the methods templates can call.

use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use pintle_chart::semver::{Constraint, SemverError, Version};
use pintle_gotmpl::value::number::quote;
use pintle_gotmpl::{Env, FuncError, Function, Kind, Object, Str, Type, UintType, Value};
use rustc_hash::FxHashMap;

use super::arguments::{byte_list, bytes, text};

/// How many answers a thread keeps: charts ask the same of the cluster's version in each template.
const MAX_KEPT: usize = 256;

/// Up to how many bytes a range and a version may have together to be kept.
const MAX_KEPT_LEN: usize = 256;

thread_local! {
    static ANSWERS: RefCell<FxHashMap<(Str, Str), bool>> = RefCell::default();
}

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("semver", &[Type::String], |_, args| {
        let version = Version::parse(&text(args, 0)).map_err(refused)?;
        Ok(SemanticVersion { version, by_pointer: true }.into())
    }),
    Function::new("semverCompare", &[Type::String, Type::String], semver_compare),
];

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it so")]
fn refused(error: SemverError) -> FuncError {
    FuncError::new(error.to_string())
}

fn semver_compare(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let [Value::String(range), Value::String(version)] = args else {
        unreachable!("the signature was checked")
    };
    if range.len() + version.len() > MAX_KEPT_LEN {
        return compare(args).map(Value::Bool);
    }
    let key = (range.clone(), version.clone());
    if let Some(answer) = ANSWERS.with_borrow(|answers| answers.get(&key).copied()) {
        return Ok(answer.into());
    }
    let answer = compare(args)?;
    ANSWERS.with_borrow_mut(|answers| {
        if answers.len() >= MAX_KEPT {
            answers.clear();
        }
        answers.insert(key, answer);
    });
    Ok(answer.into())
}

fn compare(args: &[Value]) -> Result<bool, FuncError> {
    let range = bytes(args, 0);
    if std::str::from_utf8(range).is_err() {
        return Err(format!("improper constraint: {}", quote(range)).into());
    }
    let constraint = Constraint::parse(&text(args, 0)).map_err(refused)?;
    let version = Version::parse(&text(args, 1)).map_err(refused)?;
    Ok(constraint.check(&version))
}

/// A version, or a pointer to one: half of the methods belong to the pointer only.
#[derive(Debug)]
struct SemanticVersion {
    version: Version,
    by_pointer: bool,
}

impl From<SemanticVersion> for Value {
    fn from(version: SemanticVersion) -> Self {
        Self::Object(Rc::new(version))
    }
}

/// Makes the result of a method that gives a version and not a pointer.
fn by_value(version: Version) -> Value {
    SemanticVersion { version, by_pointer: false }.into()
}

/// Gives what a method that compares makes of the order of two versions.
fn judge(method: &str) -> Option<fn(Ordering) -> Value> {
    Some(match method {
        "Compare" => |order| Value::int(order as i64),
        "Equal" => |order| order.is_eq().into(),
        "GreaterThan" => |order| order.is_gt().into(),
        "GreaterThanEqual" => |order| order.is_ge().into(),
        "LessThan" => |order| order.is_lt().into(),
        "LessThanEqual" => |order| order.is_le().into(),
        _ => return None,
    })
}

impl SemanticVersion {
    fn call_on_pointer(&self, name: &str, args: &[Value]) -> Option<Result<Value, FuncError>> {
        if name == "Original" {
            return Some(Ok(Value::string(&*self.version.original)));
        }
        let judge = judge(name)?;
        let other = args.first().and_then(Value::as_object::<Self>);
        let Some(other) = other.filter(|other| other.by_pointer) else {
            // Go takes nil for a pointer, and follows it. `Equal` asks before.
            return Some(match name {
                "Equal" => Ok(false.into()),
                _ => Err("runtime error: invalid memory address or nil pointer dereference".into()),
            });
        };
        Some(Ok(judge(self.version.precedence(&other.version))))
    }
}

impl Object for SemanticVersion {
    fn type_name(&self) -> Cow<'static, str> {
        if self.by_pointer { "*semver.Version" } else { "semver.Version" }.into()
    }

    fn kind(&self) -> Kind {
        if self.by_pointer { Kind::Ptr } else { Kind::Struct }
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FuncError>> {
        let uint = |number| Ok(Value::Uint(UintType::Uint64, number));
        // Go's numbers wrap around where ours say that there is no next one.
        let next = |next: Option<Version>| {
            next.map(by_value).ok_or_else(|| FuncError::new("version number is too large"))
        };
        let change = |with: fn(&Version, &str) -> Result<Version, SemverError>| {
            with(&self.version, &text(args, 0)).map(by_value).map_err(refused)
        };
        Some(match name {
            "IncMajor" => next(self.version.next_major()),
            "IncMinor" => next(self.version.next_minor()),
            "IncPatch" => next(self.version.next_patch()),
            "Major" => uint(self.version.major),
            "MarshalJSON" => Ok(byte_list(format!("\"{}\"", self.version).as_bytes())),
            "MarshalText" => Ok(byte_list(self.version.to_string().as_bytes())),
            "Metadata" => Ok(Value::string(&*self.version.metadata)),
            "Minor" => uint(self.version.minor),
            "Patch" => uint(self.version.patch),
            "Prerelease" => Ok(Value::string(&*self.version.prerelease)),
            "SetMetadata" => change(Version::with_metadata),
            "SetPrerelease" => change(Version::with_prerelease),
            "String" | "Value" => Ok(Value::string(self.version.to_string())),
            _ if self.by_pointer => return self.call_on_pointer(name, args),
            _ => return None,
        })
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        let types: &[Type] = match method {
            "IncMajor" | "IncMinor" | "IncPatch" | "Major" | "MarshalJSON" | "MarshalText"
            | "Metadata" | "Minor" | "Patch" | "Prerelease" | "String" | "Value" => &[],
            "SetMetadata" | "SetPrerelease" => &[Type::String],
            "Original" if self.by_pointer => &[],
            _ if self.by_pointer && judge(method).is_some() => &[Type::Named("*semver.Version")],
            _ => return None,
        };
        Some((types, false))
    }

    fn display(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let uint = |number| Value::Uint(UintType::Uint64, number);
        vec![
            ("major", uint(self.version.major)),
            ("minor", uint(self.version.minor)),
            ("patch", uint(self.version.patch)),
            ("pre", Value::string(&*self.version.prerelease)),
            ("metadata", Value::string(&*self.version.metadata)),
            ("original", Value::string(&*self.version.original)),
        ]
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::string(self.version.to_string()))
    }

    fn deep_copy(&self) -> Option<Value> {
        // All of its fields are Go's own, so that nothing is copied.
        let version = Version { original: String::new(), ..Version::parse("0.0.0").ok()? };
        Some(Self { version, by_pointer: self.by_pointer }.into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
