//! What templates see: `.Values .Release .Chart .Capabilities .Files .Template .Subcharts`.
//!
//! Each chart of the tree has one map, which its templates share and may change. A subchart's `.Values` is the very
//! table of its parent's, so that `set` shows in both. Source: `allTemplates` in `pkg/engine/engine.go`, Helm v4.

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use pintle_chart::{Chart, Metadata};
use pintle_gotmpl::{Entries, FuncError, Kind, List, Map, Object, Type, Value};
use pintle_yaml::Value as Yaml;

use crate::files::Files;
use crate::funcs::convert;
use crate::{Capabilities, Guards, Profile};

/// The key whose values every chart below sees.
pub(crate) const GLOBAL: &str = "global";

/// The release that is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// `.Release.Name`
    pub name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.Revision`
    pub revision: i64,
    /// `.Release.IsUpgrade`; `.Release.IsInstall` is the contrary
    pub is_upgrade: bool,
}

impl Release {
    /// Makes the first revision of a release in the namespace `default`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), namespace: "default".to_owned(), revision: 1, is_upgrade: false }
    }

    /// Sets the namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Makes it an upgrade to `revision`.
    #[must_use]
    pub fn upgrade(mut self, revision: i64) -> Self {
        self.is_upgrade = true;
        self.revision = revision;
        self
    }

    /// Gives `.Release`. To lint, nothing is installed or upgraded.
    fn value(&self, guards: Guards) -> Value {
        let is_linted = guards == Guards::Notice;
        let revision = if is_linted { 0 } else { self.revision };
        Value::map([
            ("Name", Value::string(self.name.as_str())),
            ("Namespace", Value::string(self.namespace.as_str())),
            ("IsUpgrade", Value::Bool(self.is_upgrade)),
            ("IsInstall", Value::Bool(!self.is_upgrade && !is_linted)),
            ("Revision", Value::int(revision)),
            ("Service", Value::string("Helm")),
        ])
    }
}

/// What makes the contexts of one render.
pub(crate) struct Contexts<'a> {
    pub(crate) chart: &'a Chart,
    pub(crate) values: &'a pintle_yaml::Map,
    pub(crate) profile: &'a Profile,
    pub(crate) release: &'a Release,
    pub(crate) capabilities: &'a Capabilities,
    pub(crate) guards: Guards,
}

impl Contexts<'_> {
    /// Makes the context of a chart and of each chart below it, an outer chart's before those it carries.
    ///
    /// # Errors
    ///
    /// Values nested deeper than templates may hold.
    pub(crate) fn make(&self) -> Result<Vec<Map>, FuncError> {
        let (chart, yaml) = (self.chart, self.values);
        let values = match convert::from_yaml(&Yaml::Map(yaml.clone()))? {
            Value::Map(values) => values,
            _ => Map::new(Entries::new()),
        };
        let shared = [self.release.value(self.guards), self.capabilities.value(self.profile)];
        let mut contexts = Vec::new();
        share_globals(chart, yaml, &values);
        self.descend(chart, &values, true, &shared, &mut contexts);
        Ok(contexts)
    }

    fn descend(
        &self,
        chart: &Chart,
        values: &Map,
        is_root: bool,
        shared: &[Value; 2],
        contexts: &mut Vec<Map>,
    ) -> Map {
        let values_type = self.profile.values_package.values_type();
        let [release, capabilities] = shared;
        let subcharts = Map::new(Entries::new());
        let context = Map::new(Entries::from_iter([
            ("Chart", chart_value(&chart.metadata, is_root, self.profile)),
            ("Files", Value::Object(Rc::new(Files::new(&chart.files)))),
            ("Release", release.clone()),
            ("Capabilities", capabilities.clone()),
            ("Values", Value::Map(values.with_type(values_type))),
            ("Subcharts", Value::Map(subcharts.clone())),
        ]));
        contexts.push(context.with_type(values_type));
        for dependency in &chart.dependencies {
            let table = table(values, dependency.name());
            let below = self.descend(dependency, &table, false, shared, contexts);
            subcharts.insert(dependency.name(), Value::Map(below));
        }
        context
    }
}

/// Gives the table of a subchart's values. Helm looks the name up as a path, so a dot in it goes one table down.
fn table(values: &Map, name: &str) -> Map {
    let found = name.split('.').try_fold(values.clone(), |table, key| match table.get(key) {
        Some(Value::Map(table)) => Some(table),
        _ => None,
    });
    found.unwrap_or_else(|| Map::new(Entries::new()))
}

/// Makes one map of what a chart and a chart it carries share below `global`, so that both see a `set` there.
///
/// Coalescing copies `global` and each table in it; deeper tables that are the same tree are the same map in Helm.
fn share_globals(chart: &Chart, yaml: &pintle_yaml::Map, values: &Map) {
    for dependency in &chart.dependencies {
        let name = dependency.name();
        let (Some(Yaml::Map(yaml_below)), Some(Value::Map(below))) =
            (yaml.get(name), values.get(name))
        else {
            continue;
        };
        if let (
            Some(Yaml::Map(from)),
            Some(Yaml::Map(to)),
            Some(Value::Map(own)),
            Some(Value::Map(theirs)),
        ) = (yaml.get(GLOBAL), yaml_below.get(GLOBAL), values.get(GLOBAL), below.get(GLOBAL))
        {
            for (key, table) in to.iter() {
                if let (
                    Yaml::Map(to),
                    Some(Yaml::Map(from)),
                    Some(Value::Map(own)),
                    Some(Value::Map(theirs)),
                ) = (table, from.get(key), own.get(&**key), theirs.get(&**key))
                {
                    share_tables(from, to, &own, &theirs);
                }
            }
        }
        share_globals(dependency, yaml_below, &below);
    }
}

fn share_tables(from: &pintle_yaml::Map, to: &pintle_yaml::Map, own: &Map, theirs: &Map) {
    for (key, table) in to.iter() {
        if let (Yaml::Map(table), Some(Yaml::Map(same)), Some(shared)) =
            (table, from.get(key), own.get(&**key))
            && table.is_same(same)
        {
            theirs.insert(&**key, shared);
        }
    }
}

/// Gives `.Chart`: a map in Helm 4, a struct in Helm 3.
fn chart_value(metadata: &Metadata, is_root: bool, profile: &Profile) -> Value {
    let mut fields = metadata_fields(metadata, profile);
    fields.push(("IsRoot", Value::Bool(is_root)));
    if profile.chart_is_map {
        Value::map(fields)
    } else {
        Value::Object(Rc::new(ChartStruct { fields }))
    }
}

/// The fields of Go's `chart.Metadata`, in its order. Helm 4 makes maps of what it holds, Helm 3 shows structs.
fn metadata_fields(metadata: &Metadata, profile: &Profile) -> Vec<(&'static str, Value)> {
    let text = |text: &str| Value::string(text);
    let texts = |items: &[String]| -> Value {
        let items: Vec<Value> = items.iter().map(|item| text(item)).collect();
        if profile.chart_is_map {
            Value::list(items)
        } else if items.is_empty() {
            List::nil(&Type::String).into()
        } else {
            List::of(&Type::String, items).into()
        }
    };
    let structs = |element: &'static Type, items: Vec<Vec<(&'static str, Value)>>| -> Value {
        if profile.chart_is_map {
            let maps: Vec<Value> = items.into_iter().map(Value::map).collect();
            return Value::list(maps);
        }
        if items.is_empty() {
            return List::nil(element).into();
        }
        let Type::Named(name) = *element else { unreachable!("structs have names") };
        let objects: Vec<Value> = items
            .into_iter()
            .map(|fields| Value::Object(Rc::new(PlainStruct { name, fields })))
            .collect();
        List::of(element, objects).into()
    };
    let maintainers = metadata
        .maintainers
        .iter()
        .map(|maintainer| {
            vec![
                ("Name", text(&maintainer.name)),
                ("Email", text(&maintainer.email)),
                ("URL", text(&maintainer.url)),
            ]
        })
        .collect();
    let dependencies = metadata
        .dependencies
        .iter()
        .map(|dependency| {
            // What is too deep for a template is too deep to be imported.
            let imports = dependency.import_values.iter().map(convert::from_yaml);
            let imports: Vec<Value> = imports.filter_map(Result::ok).collect();
            vec![
                ("Name", text(&dependency.name)),
                ("Version", text(&dependency.version)),
                ("Repository", text(&dependency.repository)),
                ("Condition", text(&dependency.condition)),
                ("Tags", texts(&dependency.tags)),
                ("Enabled", Value::Bool(dependency.enabled)),
                ("ImportValues", Value::list(imports)),
                ("Alias", text(&dependency.alias)),
            ]
        })
        .collect();
    let annotations = match &metadata.annotations {
        None => Map::nil(&Type::STRING_MAP),
        Some(annotations) => {
            let entries = annotations.iter().map(|(key, value)| (key.as_str(), text(value)));
            Map::of(&Type::STRING_MAP, entries.collect())
        }
    };
    vec![
        ("Name", text(&metadata.name)),
        ("Home", text(&metadata.home)),
        ("Sources", texts(&metadata.sources)),
        ("Version", text(&metadata.version)),
        ("Description", text(&metadata.description)),
        ("Keywords", texts(&metadata.keywords)),
        ("Maintainers", structs(&Type::Named("*chart.Maintainer"), maintainers)),
        ("Icon", text(&metadata.icon)),
        ("APIVersion", text(&metadata.api_version)),
        ("Condition", text(&metadata.condition)),
        ("Tags", text(&metadata.tags)),
        ("AppVersion", text(&metadata.app_version)),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Annotations", Value::Map(annotations)),
        ("KubeVersion", text(&metadata.kube_version)),
        ("Dependencies", structs(&Type::Named("*chart.Dependency"), dependencies)),
        ("Type", text(&metadata.chart_type)),
    ]
}

/// Helm 3's `.Chart`: the metadata's fields and `IsRoot`; any other name is an error.
#[derive(Debug)]
struct ChartStruct {
    fields: Vec<(&'static str, Value)>,
}

impl Object for ChartStruct {
    fn type_name(&self) -> Cow<'static, str> {
        "struct { chart.Metadata; IsRoot bool }".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        if name == "Metadata" {
            let fields = self.fields[..self.fields.len() - 1].to_vec();
            return Some(Value::Object(Rc::new(PlainStruct { name: "chart.Metadata", fields })));
        }
        find(&self.fields, name)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let metadata = self.field("Metadata").unwrap_or(Value::Nil);
        let is_root = self.field("IsRoot").unwrap_or(Value::Nil);
        vec![("Metadata", metadata), ("IsRoot", is_root)]
    }

    fn json_fields(&self) -> Option<Vec<(Cow<'static, str>, Value)>> {
        Some(json_fields(&self.fields))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A struct of Helm's chart package that has no methods templates could use; a pointer to one if its name says so.
#[derive(Debug)]
struct PlainStruct {
    name: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Object for PlainStruct {
    fn type_name(&self) -> Cow<'static, str> {
        self.name.into()
    }

    fn kind(&self) -> Kind {
        if self.name.starts_with('*') { Kind::Ptr } else { Kind::Struct }
    }

    fn field(&self, name: &str) -> Option<Value> {
        find(&self.fields, name)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn json_fields(&self) -> Option<Vec<(Cow<'static, str>, Value)>> {
        Some(json_fields(&self.fields))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn find(fields: &[(&'static str, Value)], name: &str) -> Option<Value> {
    fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone())
}

/// Names fields as their JSON tags do, and leaves out what is empty, but for those without `omitempty`.
fn json_fields(fields: &[(&'static str, Value)]) -> Vec<(Cow<'static, str>, Value)> {
    let is_dependency = fields.iter().any(|(name, _)| *name == "Repository");
    let entries = fields.iter().filter_map(|(name, value)| {
        let always = matches!(*name, "IsRoot" | "Repository") || (*name == "Name" && is_dependency);
        let is_empty = !pintle_gotmpl::value::truth::is_true(value);
        (always || !is_empty).then(|| (json_name(name).into(), value.clone()))
    });
    entries.collect()
}

fn json_name(field: &str) -> String {
    match field {
        "IsRoot" => "IsRoot".to_owned(),
        "APIVersion" => "apiVersion".to_owned(),
        "URL" => "url".to_owned(),
        "ImportValues" => "import-values".to_owned(),
        _ => field[..1].to_lowercase() + &field[1..],
    }
}
