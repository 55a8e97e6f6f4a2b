//! The types of Kubernetes' own API, by version: which fields they have, of which shape, and how lists are merged.
//!
//! `schemas/kubernetes/README.md` says how the files are read that they come from.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A minor version of Kubernetes whose types are known: `1.N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(u32);

impl Minor {
    /// The oldest version whose types are known.
    pub const OLDEST: Self = Self(33);
    /// The newest version whose types are known.
    pub const NEWEST: Self = Self(37);

    /// Gives the known version that is nearest to `1.<minor>`.
    #[must_use]
    pub fn near(minor: u32) -> Self {
        Self(minor.clamp(Self::OLDEST.0, Self::NEWEST.0))
    }

    /// Gives the number behind `1.`.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// The types of one version.
#[derive(Debug)]
pub(crate) struct Types {
    kinds: HashMap<(&'static str, &'static str), Kind>,
    names: HashMap<&'static str, TypeId>,
    structs: Vec<Type>,
    shapes: Vec<Shape>,
}

/// The number of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeId(u32);

/// The number of the shape of the items of a list or the values of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShapeId(u32);

/// A kind that can be created.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// whether its objects lie in namespaces
    pub(crate) is_namespaced: bool,
    /// its type
    pub(crate) id: TypeId,
}

/// A struct of the API.
#[derive(Debug)]
pub(crate) struct Type {
    /// its name, such as `core.v1.Container`
    pub(crate) name: &'static str,
    /// its fields, by name
    fields: Vec<Field>,
}

impl Type {
    /// Finds a field; names are compared with case.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        let at = self.fields.binary_search_by(|field| field.name.cmp(name)).ok()?;
        self.fields.get(at)
    }

    /// Gives the names of the fields, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }
}

/// A field of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    /// its name
    pub(crate) name: &'static str,
    /// what its values are
    pub(crate) shape: Shape,
    /// how a list is merged
    pub(crate) merge: Merge,
}

/// How two lists become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    /// one replaces the other
    Atomic,
    /// items are a set
    Set,
    /// items are told apart by these fields, with commas between them
    By(&'static str),
}

/// What values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Bool,
    Int32,
    Int64,
    Double,
    /// bytes in base64
    Bytes,
    /// a time of RFC 3339
    Time,
    /// a time with six digits behind the second
    MicroTime,
    Quantity,
    IntOrString,
    /// anything at all
    Any,
    /// a schema, or a boolean
    SchemaOrBool,
    /// a schema, or a list of schemas
    SchemaOrList,
    /// a schema, or a list of strings
    SchemaOrStrings,
    Struct(TypeId),
    List(ShapeId),
    Map(ShapeId),
}

const TEXTS: [&str; 5] = [
    include_str!("../../../../schemas/kubernetes/1.33/types.txt"),
    include_str!("../../../../schemas/kubernetes/1.34/types.txt"),
    include_str!("../../../../schemas/kubernetes/1.35/types.txt"),
    include_str!("../../../../schemas/kubernetes/1.36/types.txt"),
    include_str!("../../../../schemas/kubernetes/1.37/types.txt"),
];

impl Types {
    /// Gives the types of a version, read once.
    pub(crate) fn of(minor: Minor) -> &'static Self {
        static TYPES: [OnceLock<Types>; 5] = [const { OnceLock::new() }; 5];
        let index = (minor.0 - Minor::OLDEST.0) as usize;
        TYPES[index].get_or_init(|| Self::read(TEXTS[index]))
    }

    /// Finds a kind by its API version and its name.
    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<Kind> {
        self.kinds.get(&(api_version, kind)).copied()
    }

    /// Gives the kinds there are: API version, name, and what is known.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str, Kind)> {
        let mut kinds: Vec<_> =
            self.kinds.iter().map(|((version, kind), known)| (*version, *kind, *known)).collect();
        kinds.sort_unstable_by_key(|(version, kind, _)| (*version, *kind));
        kinds.into_iter()
    }

    /// Finds the number of a type by its name.
    pub(crate) fn id(&self, name: &str) -> Option<TypeId> {
        self.names.get(name).copied()
    }

    /// Gives a type.
    pub(crate) fn get(&self, id: TypeId) -> &Type {
        &self.structs[id.0 as usize]
    }

    /// Gives the shape of what a list or a map holds.
    pub(crate) fn inner(&self, id: ShapeId) -> Shape {
        self.shapes[id.0 as usize]
    }

    fn read(text: &'static str) -> Self {
        let is_name = |line: &&str| {
            !line.is_empty() && !line.starts_with([' ', '#']) && !line.starts_with("kind ")
        };
        let names: HashMap<&str, TypeId> = text
            .lines()
            .filter(is_name)
            .zip(0..)
            .map(|(name, number)| (name, TypeId(number)))
            .collect();
        let n_types = names.len();
        let mut types = Self {
            kinds: HashMap::new(),
            names,
            structs: Vec::with_capacity(n_types),
            shapes: Vec::new(),
        };
        for line in text.lines() {
            if let Some(field) = line.strip_prefix(' ') {
                types.read_field(field);
            } else if let Some(kind) = line.strip_prefix("kind ") {
                types.read_kind(kind);
            } else if is_name(&line) {
                types.structs.push(Type { name: line, fields: Vec::new() });
            }
        }
        for read in &mut types.structs {
            read.fields.sort_unstable_by_key(|field| field.name);
        }
        types
    }

    fn read_kind(&mut self, line: &'static str) {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let (api_version, kind, _resource) = (word(), word(), word());
        let is_namespaced = word() == "namespaced";
        if let Some(&id) = self.names.get(word()) {
            self.kinds.insert((api_version, kind), Kind { is_namespaced, id });
        }
    }

    fn read_field(&mut self, line: &'static str) {
        let mut words = line.splitn(3, ' ');
        let name = words.next().unwrap_or_default();
        let shape = self.shape(words.next().unwrap_or_default());
        let merge = match words.next() {
            None => Merge::Atomic,
            Some("set") => Merge::Set,
            Some(keys) => Merge::By(keys.trim_start_matches("by ")),
        };
        if let Some(last) = self.structs.last_mut() {
            last.fields.push(Field { name, shape, merge });
        }
    }

    fn shape(&mut self, word: &'static str) -> Shape {
        let inside = |open, close| word.strip_prefix(open)?.strip_suffix(close);
        if let Some(item) = inside('[', ']') {
            let item = self.shape(item);
            return Shape::List(self.keep(item));
        }
        if let Some(value) = inside('{', '}') {
            let value = self.shape(value);
            return Shape::Map(self.keep(value));
        }
        match word {
            "string" => Shape::Text,
            "bool" => Shape::Bool,
            "int32" => Shape::Int32,
            "int64" => Shape::Int64,
            "double" => Shape::Double,
            "bytes" => Shape::Bytes,
            "time" => Shape::Time,
            "micro-time" => Shape::MicroTime,
            "quantity" => Shape::Quantity,
            "int-or-string" => Shape::IntOrString,
            "schema-or-bool" => Shape::SchemaOrBool,
            "schema-or-list" => Shape::SchemaOrList,
            "schema-or-strings" => Shape::SchemaOrStrings,
            name => self.names.get(name).map_or(Shape::Any, |id| Shape::Struct(*id)),
        }
    }

    fn keep(&mut self, shape: Shape) -> ShapeId {
        let found = self.shapes.iter().position(|known| *known == shape);
        let at = found.unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        });
        // OK because a file has some hundred shapes.
        ShapeId(u32::try_from(at).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_pods_whose_containers_are_told_apart_by_name() {
        for minor in Minor::OLDEST.0..=Minor::NEWEST.0 {
            let types = Types::of(Minor::near(minor));
            let pod = types.kind("v1", "Pod").unwrap();
            assert!(pod.is_namespaced);
            assert_eq!(types.get(pod.id).name, "core.v1.Pod");
            let spec = types.get(types.id("core.v1.PodSpec").unwrap());
            let containers = spec.field("containers").unwrap();
            assert_eq!(containers.merge, Merge::By("name"));
            assert!(matches!(containers.shape, Shape::List(_)));
        }
    }

    #[test]
    fn every_name_of_a_shape_is_a_type() {
        for text in TEXTS {
            let known: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
            for line in text.lines().filter_map(|line| line.strip_prefix(' ')) {
                let word = line.split(' ').nth(1).unwrap().trim_matches(['[', ']', '{', '}']);
                assert!(!word.contains('.') || known.contains(&word), "{line}");
            }
        }
    }
}
