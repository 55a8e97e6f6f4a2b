//! Runs become the objects that were accepted.
//!
//! A file in `fixtures/agentrun` has the resources of a run; what is said besides stands in a document without a kind:
//! `values` over those of the chart `agents`, `dropped` keys of the chart's values, `release`, `namespace`, `systemPrompt`
//! and `attempt`. What is planned lies in `snapshots/ours/agentrun`: the objects, the warnings, and the origin of each
//! field; of a file named `err-…` the faults.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use pintle_agentrun::api::{AgentRun, read};
use pintle_agentrun::{Attempt, Faults, Inputs, Plan, Settings, plan};
use pintle_manifest::document::{Content, Document, Entry, Node};
use pintle_manifest::pod_security::{Level, level_of};
use pintle_manifest::validate::{Minor, Validator};
use pintle_manifest::{SplitRules, split, typed};
use serde_json::{Map, Value};

/// The variable that makes the test write what it would compare.
const ACCEPT: &str = "PINTLE_ACCEPT";

/// The cases whose pods are not `restricted`, as somebody says so.
const OTHER_LEVELS: [(&str, Level); 4] = [
    ("f1-10-root-on-purpose", Level::Baseline),
    ("f1-10-without-hardening", Level::Baseline),
    ("f1-14-compat", Level::Baseline),
    ("f4-7-level-of-the-warning", Level::Baseline),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a case is made of.
struct Case {
    name: String,
    head: Value,
    resources: Vec<Value>,
    texts: Vec<String>,
    settings: Settings,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a case is text");
        let name = path.file_stem().expect("a case has a name").to_string_lossy().into_owned();
        let mut head = Value::Object(Map::new());
        let mut resources = Vec::new();
        let mut texts = Vec::new();
        for document in split(&text, SplitRules::LINE_START) {
            let value: Value =
                typed::read(document.text).unwrap_or_else(|error| panic!("{name}: {error}"));
            if value.get("kind").is_some() {
                resources.push(value);
                texts.push(document.text.to_owned());
            } else {
                head = value;
            }
        }
        let chart = fs::read_to_string(root().join("charts/agents/values.yaml"));
        let mut values: Value =
            typed::read(&chart.expect("the chart has values")).expect("they are YAML");
        for path in head.get("dropped").and_then(Value::as_array).into_iter().flatten() {
            drop_key(&mut values, path.as_str().expect("a path is a text"));
        }
        if let Some(over) = head.get("values") {
            lay_over(&mut values, over);
        }
        let settings = Settings::from_values(&values.to_string());
        let settings = settings.unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name, head, resources, texts, settings }
    }

    fn of_kind(&self, kind: &str) -> Option<&Value> {
        self.resources.iter().find(|resource| resource["kind"] == kind)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.head.get(key).and_then(Value::as_str)
    }

    fn plan(&self) -> Result<Plan, Faults> {
        let run = self.of_kind("AgentRun").expect("a case has a run");
        let is_implementation = |value: &&Value| value["kind"] == "ImplementationSpec";
        let implementations: Vec<&Value> =
            self.resources.iter().filter(is_implementation).collect();
        let number =
            |value: &Value| u32::try_from(value.as_u64().expect("a number")).expect("a small one");
        let attempt = self.head.get("attempt").map(|attempt| Attempt {
            step: number(&attempt["step"]) as usize,
            iteration: number(&attempt["iteration"]),
            attempt: number(&attempt["attempt"]),
        });
        plan(&Inputs {
            agent: self.of_kind("Agent"),
            provider: self.of_kind("AgentProvider"),
            implementations: &implementations,
            memory: self.of_kind("Memory"),
            version_control: self.of_kind("VersionControlProvider"),
            system_prompt: self.text("systemPrompt"),
            namespace: self.text("namespace").unwrap_or("agents"),
            release: self.text("release").unwrap_or("agents"),
            attempt,
            ..Inputs::new(run, &self.settings)
        })
    }
}

fn drop_key(values: &mut Value, path: &str) {
    let mut keys: Vec<&str> = path.split('.').collect();
    let last = keys.pop().expect("a path has a key");
    let map = keys.into_iter().fold(values, |value, key| &mut value[key]);
    map.as_object_mut().expect("a path leads through maps").remove(last);
}

fn lay_over(values: &mut Value, over: &Value) {
    match (values, over) {
        (Value::Object(values), Value::Object(over)) => {
            for (key, value) in over {
                lay_over(values.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (values, over) => *values = over.clone(),
    }
}

fn cases() -> Vec<Case> {
    let entries = fs::read_dir(root().join("fixtures/agentrun")).expect("the cases are there");
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}

fn json<T: serde::Serialize>(object: &T) -> Value {
    serde_json::to_value(object).expect("an object is JSON")
}

/// Gives the objects of a plan as JSON, in the order in which they are made.
fn objects(plan: &Plan) -> Vec<Value> {
    let mut objects = Vec::new();
    let mut add = |object: Option<Value>| objects.extend(object);
    add(plan.service_account.as_ref().map(json));
    add(plan.role.as_ref().map(json));
    add(plan.role_binding.as_ref().map(json));
    add(plan.workspace.as_ref().map(json));
    add(plan.network_policy.as_ref().map(json));
    add(plan.cilium_network_policy.as_ref().map(json));
    for planned in &plan.jobs {
        planned.config_maps.iter().for_each(|config_map| add(Some(json(config_map))));
        add(Some(json(&planned.job)));
    }
    objects
}

fn yaml(value: &Value) -> String {
    fn of(value: &Value) -> pintle_yaml::Value {
        match value {
            Value::Null => pintle_yaml::Value::Null,
            Value::Bool(value) => pintle_yaml::Value::Bool(*value),
            Value::Number(number) => match number.as_i64() {
                Some(number) => pintle_yaml::Value::Int(number),
                None => pintle_yaml::Value::Float(number.as_f64().expect("it is one")),
            },
            Value::String(text) => pintle_yaml::Value::String(text.as_str().into()),
            Value::Array(items) => {
                pintle_yaml::Value::List(Arc::new(items.iter().map(of).collect()))
            }
            Value::Object(map) => {
                let mut entries = pintle_yaml::Map::default();
                for (key, value) in map {
                    entries.insert(key.as_str(), of(value));
                }
                pintle_yaml::Value::Map(entries)
            }
        }
    }
    pintle_yaml::to_string(&of(value)).expect("it can be written")
}

fn said(case: &Case) -> String {
    let mut said = String::new();
    match case.plan() {
        Ok(plan) => {
            for object in objects(&plan) {
                let _ = write!(said, "---\n{}", yaml(&object));
            }
            let _ = writeln!(said, "---\n# pod security:");
            for planned in &plan.jobs {
                let level = planned.pod_security.map_or("none", Level::as_str);
                let _ = writeln!(said, "#   {level}");
            }
            let _ = writeln!(said, "# warnings:");
            for warning in &plan.warnings {
                let _ = writeln!(said, "#   {warning}");
            }
            let _ = writeln!(said, "# origins:");
            for origin in &plan.origins {
                let step = origin.step.map(|step| format!("{step} ")).unwrap_or_default();
                let (field, value, from) = (&origin.field, &origin.value, &origin.from);
                let _ = write!(said, "#   {step}{field} = {value} by {}", from.field);
                let over: Vec<&str> = origin.overrides.iter().map(|it| &*it.field).collect();
                let over = over.join(", ");
                let _ =
                    if over.is_empty() { writeln!(said) } else { writeln!(said, " over {over}") };
            }
        }
        Err(faults) => {
            for fault in faults.as_slice() {
                let _ = writeln!(said, "{fault} ({})", fault.reason);
                if let Some(help) = &fault.help {
                    let _ = writeln!(said, "  help: {help}");
                }
            }
        }
    }
    said
}

#[test]
fn runs_become_what_was_accepted() {
    let mut wrong = Vec::new();
    for case in cases() {
        let said = said(&case);
        let is_refused = case.plan().is_err();
        assert_eq!(is_refused, case.name.starts_with("err-"), "{}: {said}", case.name);
        let extension = if is_refused { "txt" } else { "yaml" };
        let name = format!("{}.{extension}", case.name);
        let snapshot = root().join("snapshots/ours/agentrun").join(&name);
        if std::env::var_os(ACCEPT).is_some() {
            fs::create_dir_all(snapshot.parent().expect("it has one")).expect("it can be made");
            fs::write(&snapshot, &said).expect("it can be written");
        }
        if fs::read_to_string(&snapshot).unwrap_or_default() != said {
            wrong.push(format!("{name}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is planned is taken by every version of the server that we know, and is `restricted` unless somebody wants less.
#[test]
fn all_that_is_planned_is_valid_and_restricted() {
    for case in cases() {
        let Ok(plan) = case.plan() else { continue };
        let wanted = OTHER_LEVELS.iter().find(|(name, _)| *name == case.name);
        let wanted = wanted.map_or(Level::Restricted, |(_, level)| *level);
        for object in objects(&plan) {
            let text = object.to_string();
            for minor in 33..=37 {
                for inspected in Validator::new(Minor::near(minor)).inspect(&text) {
                    let found: Vec<String> =
                        inspected.findings.iter().map(ToString::to_string).collect();
                    assert!(found.is_empty(), "{}: {found:?}", case.name);
                }
            }
            let document = Document::read(&text).expect("JSON is YAML");
            let level = level_of(&document.root, Minor::near(34));
            assert!(level.is_none_or(|level| level == wanted), "{}: {level:?}", case.name);
        }
    }
}

/// What is refused for its own sake is a run all the same; a few break the rules of the definition.
#[test]
fn resources_of_accepted_cases_fit_their_definitions() {
    for case in cases().iter().filter(|case| !case.name.starts_with("err-")) {
        for text in case.texts.iter().filter(|text| text.contains("kind: AgentRun\n")) {
            if let Err(error) = read::<AgentRun>(text) {
                panic!("{}: {error}", case.name);
            }
        }
    }
}

/// What the plan itself looks at is what a server would read.
#[test]
fn jobs_written_as_trees_are_those_of_their_texts() {
    fn at_the_top(node: &Node<'_>) -> Node<'static> {
        let content = match &node.content {
            Content::List(items) => Content::List(items.iter().map(at_the_top).collect()),
            Content::Map(entries) => {
                let entry = |entry: &Entry<'_>| Entry {
                    key: entry.key.to_string().into(),
                    offset: 0,
                    value: at_the_top(&entry.value),
                };
                Content::Map(entries.iter().map(entry).collect())
            }
            Content::String(text) => Content::String(text.to_string().into()),
            Content::Null => Content::Null,
            Content::Bool(value) => Content::Bool(*value),
            Content::Int(value) => Content::Int(*value),
            Content::Float(value) => Content::Float(*value),
        };
        Node { offset: 0, content }
    }
    for case in cases() {
        for planned in case.plan().map(|plan| plan.jobs).unwrap_or_default() {
            let text = serde_json::to_string(&planned.job).unwrap();
            let read = Document::read(&text).unwrap();
            assert_eq!(
                typed::write(&planned.job).unwrap(),
                at_the_top(&read.root),
                "{}",
                case.name
            );
        }
    }
}

/// No value that may be a secret is told, but by its name.
#[test]
fn reports_hold_no_secrets() {
    let case = cases().into_iter().find(|case| case.name == "f1-9-env-from-references").unwrap();
    let plan = case.plan().unwrap();
    let told = format!("{:?}{:?}", plan.origins, plan.warnings);
    assert!(!told.contains("shown-to-nobody"), "{told}");
    let field = "spec.template.spec.containers[0].env[API_TOKEN].value";
    let origin = plan.origins.iter().find(|origin| origin.field == field).unwrap();
    assert_eq!(origin.value, "***");
}

/// Gives for how long this thread has run, in nanoseconds; where the system does not tell, for how long it is since some
/// time.
fn nanoseconds() -> u128 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split(' ').next()?.parse().ok());
    told.unwrap_or_else(|| START.get_or_init(Instant::now).elapsed().as_nanos())
}

/// A plan takes far less than what a controller waits for its API server. Run it with `--release`, `--ignored` and
/// `--nocapture`.
#[test]
#[ignore = "measures time"]
#[expect(clippy::print_stdout, reason = "what it measures is for people")]
fn a_plan_is_fast() {
    for name in ["f1-12-inherits-everything", "f1-14-compat", "vcs-token", "workflow-steps"] {
        let case = cases().into_iter().find(|case| case.name == name).unwrap();
        let mut best = u128::MAX;
        for _ in 0..20 {
            let start = nanoseconds();
            for _ in 0..50 {
                std::hint::black_box(case.plan().unwrap());
            }
            best = best.min((nanoseconds() - start) / 50);
        }
        println!("{name}: {} µs", best / 1000);
    }
}
