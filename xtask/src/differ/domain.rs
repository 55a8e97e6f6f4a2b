//! The domains: what is drawn, which recorder says what Go makes of it, and where kept cases go.

use super::keep::Keep;
use super::{generate, ours};
use crate::Result;

/// A kind of cases.
pub(crate) struct Domain {
    /// the word of the command line
    pub(crate) name: &'static str,
    /// the recorder that answers
    pub(crate) recorder: &'static str,
    /// the folders of `snapshots/` whose words count
    pub(crate) oracles: &'static [&'static str],
    /// draws a case
    pub(crate) generate: fn(&mut super::Random) -> Vec<String>,
    /// writes a case as a file of fixtures, if it can be put
    pub(crate) fixture: fn(&[String]) -> Option<String>,
    /// writes what we make of it as a snapshot
    pub(crate) ours: fn(&str, &[String]) -> Option<String>,
    /// says where a case is kept
    pub(crate) keep: Keep,
}

const GO: &[&str] = &["go-1.26"];
const HELM: &[&str] = &["helm-4.3", "helm-3.22"];

const FUNCTIONS: Keep = Keep::Case("functions/differ.txt");
const GOTMPL: Keep = Keep::Case("gotmpl/differ.txt");

/// All domains, the fast ones first.
pub(crate) const DOMAINS: &[Domain] = &[
    Domain {
        name: "yaml-read",
        recorder: "yaml/read",
        oracles: GO,
        generate: generate::yaml::document,
        fixture: case_of_one,
        ours: ours::yaml::read,
        keep: Keep::Case("yaml/read/differ.txt"),
    },
    Domain {
        name: "yaml-write",
        recorder: "yaml/write",
        oracles: GO,
        generate: generate::json::value_case,
        fixture: case_of_one,
        ours: ours::yaml::write,
        keep: Keep::Case("yaml/write/differ.txt"),
    },
    Domain {
        name: "json",
        recorder: "json",
        oracles: GO,
        generate: generate::json::document,
        fixture: case_of_one,
        ours: ours::json::read_and_write,
        keep: Keep::Case("json/differ.txt"),
    },
    Domain {
        name: "gotmpl",
        recorder: "gotmpl",
        oracles: GO,
        generate: generate::template::plain,
        fixture: case_of_data_and_template,
        ours: ours::template::plain,
        keep: GOTMPL,
    },
    Domain {
        name: "printf",
        recorder: "gotmpl",
        oracles: GO,
        generate: generate::printf::case,
        fixture: case_of_data_and_template,
        ours: ours::template::plain,
        keep: GOTMPL,
    },
    Domain {
        name: "functions",
        recorder: "functions",
        oracles: HELM,
        generate: generate::template::helm,
        fixture: case_of_one,
        ours: ours::template::helm,
        keep: FUNCTIONS,
    },
    Domain {
        name: "calls",
        recorder: "functions",
        oracles: HELM,
        generate: generate::template::calls,
        fixture: case_of_one,
        ours: ours::template::helm,
        keep: FUNCTIONS,
    },
    Domain {
        name: "regex",
        recorder: "functions",
        oracles: HELM,
        generate: generate::regex::case,
        fixture: case_of_one,
        ours: ours::template::helm,
        keep: FUNCTIONS,
    },
    Domain {
        name: "layout",
        recorder: "functions",
        oracles: HELM,
        generate: generate::layout::case,
        fixture: case_of_one,
        ours: ours::template::helm,
        keep: FUNCTIONS,
    },
    Domain {
        name: "toml",
        recorder: "functions",
        oracles: HELM,
        generate: generate::toml::case,
        fixture: case_of_one,
        ours: ours::template::helm,
        keep: FUNCTIONS,
    },
    Domain {
        name: "semver",
        recorder: "values/semver",
        oracles: GO,
        generate: generate::semver::case,
        fixture: versions,
        ours: ours::semver::judge,
        keep: Keep::File("values/semver"),
    },
    Domain {
        name: "set",
        recorder: "values/set",
        oracles: HELM,
        generate: generate::set::line,
        fixture: set_line,
        ours: ours::values::set,
        keep: Keep::Line("values/set/differ.txt"),
    },
    Domain {
        name: "sources",
        recorder: "values/sources",
        oracles: HELM,
        generate: generate::set::sources,
        fixture: text_of_one,
        ours: ours::values::sources,
        keep: Keep::File("values/sources"),
    },
    Domain {
        name: "dependencies",
        recorder: "values/dependencies",
        oracles: HELM,
        generate: generate::chart::dependencies,
        fixture: text_of_one,
        ours: ours::values::dependencies,
        keep: Keep::File("values/dependencies"),
    },
    Domain {
        name: "schema",
        recorder: "values/schema",
        oracles: HELM,
        generate: generate::schema::case,
        fixture: schema_and_values,
        ours: ours::schema::check,
        keep: Keep::File("values/schema"),
    },
    Domain {
        name: "helmignore",
        recorder: "helmignore",
        oracles: HELM,
        generate: generate::helmignore::case,
        fixture: rules_and_paths,
        ours: ours::helmignore::ignored,
        keep: Keep::Entry("helmignore/differ.json"),
    },
    Domain {
        name: "render",
        recorder: "render",
        oracles: HELM,
        generate: generate::chart::render,
        fixture: text_of_one,
        ours: ours::render::render,
        keep: Keep::File("render"),
    },
    Domain {
        name: "manifests",
        recorder: "render",
        oracles: HELM,
        generate: generate::manifests::case,
        fixture: text_of_one,
        ours: ours::render::render,
        keep: Keep::File("render"),
    },
];

/// Finds a domain.
pub(crate) fn named(name: &str) -> Result<&'static Domain> {
    DOMAINS.iter().find(|domain| domain.name == name).ok_or_else(|| {
        let names: Vec<&str> = DOMAINS.iter().map(|domain| domain.name).collect();
        format!("no domain {name}; there are {}", names.join(" "))
    })
}

/// The header of the only case of a file.
pub(crate) const HEADER: &str = "--- case ---\n";

fn case_of_one(case: &[String]) -> Option<String> {
    text_case(&case[0])
}

fn case_of_data_and_template(case: &[String]) -> Option<String> {
    let [data, template] = case else { return None };
    if data.contains('\n') { None } else { text_case(&format!("{data}\n{template}")) }
}

/// Writes a file with one case, unless the body looks like more.
fn text_case(body: &str) -> Option<String> {
    if body.contains("\n\n--- ") || body.contains('\0') {
        return None;
    }
    Some(format!("{HEADER}{body}\n"))
}

/// Gives a case of sections, unless a section is a path that no file has.
fn text_of_one(case: &[String]) -> Option<String> {
    if case[0].lines().any(|line| line == "-- --") {
        return None;
    }
    let names = case[0].lines().filter_map(|line| line.strip_prefix("-- ")?.strip_suffix(" --"));
    for name in names {
        if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return None;
        }
    }
    Some(case[0].clone())
}

fn versions(case: &[String]) -> Option<String> {
    let [version, constraint] = case else { return None };
    if version.contains('\n') || constraint.contains('\n') || version.ends_with("---") {
        return None;
    }
    Some(format!("{version}\n---\n{constraint}\n"))
}

fn set_line(case: &[String]) -> Option<String> {
    let [kind, base, line] = case else { return None };
    if [kind, base, line].iter().any(|part| part.contains('\n')) || base.contains(' ') {
        return None;
    }
    Some(format!("{kind} {base} {line}\n"))
}

fn schema_and_values(case: &[String]) -> Option<String> {
    let [schema, values] = case else { return None };
    Some(format!("-- schema --\n{schema}\n-- values --\n{values}\n"))
}

fn rules_and_paths(case: &[String]) -> Option<String> {
    let [rules, paths] = case else { return None };
    let paths: Vec<&str> = paths.split('\n').collect();
    Some(serde_json::json!({"case": {"rules": rules, "paths": paths}}).to_string())
}
