//! Templates that render no chart: `--name-template`, `--template` of `version`, and pages about charts.
//!
//! They have Sprig's functions, but the second, which has Go's alone. Source: `TemplateName` in `pkg/action/install.go` and
//! `versionOptions.run` in `pkg/cmd/version.go`, Helm v4; `FuncMap` in `pkg/util/funcs.go` of helm-docs 1.14.

use std::rc::Rc;
use std::sync::Arc;

use pintle_chart::File;
use pintle_gotmpl::{FuncMap, TemplateSet, Value};

use crate::error::{MESSAGE_END, MESSAGE_START};
use crate::files::Files;
use crate::funcs::{self, FunctionSet};
use crate::memo::Memo;
use crate::render::Host;
use crate::{Profile, World, capabilities};

/// What Helm puts on top of Sprig's functions; a name template has none of it.
const HELM_ONLY: &[&str] = &[
    "fromJson",
    "fromJsonArray",
    "fromToml",
    "fromYaml",
    "fromYamlArray",
    "lookup",
    "mustToToml",
    "mustToYaml",
    "required",
    "toToml",
    "toYaml",
    "toYamlPretty",
];

/// Makes a release's name of a template.
///
/// # Errors
///
/// Go's words on a template that does not parse, or fails.
pub fn execute_name_template(template: &str, world: Arc<dyn World>) -> Result<String, String> {
    let mut functions = funcs::table(FunctionSet::Helm3);
    for name in HELM_ONLY {
        functions.remove(name);
    }
    let text = execute("name-template", &[template], functions, &Value::Nil, world);
    // Helm's own `fail` marks its words for the engine; Sprig's does not.
    text.map_err(|text| text.replace(MESSAGE_START, "").replace(MESSAGE_END, ""))
}

/// Prints a profile's version by a template with `.Version`, `.GitCommit`, `.GitTreeState` and `.GoVersion`.
///
/// # Errors
///
/// As [`execute_name_template`].
pub fn execute_version_template(
    template: &str,
    profile: &Profile,
    world: Arc<dyn World>,
) -> Result<String, String> {
    execute("_", &[template], FuncMap::new(), &capabilities::build_info(profile), world)
}

/// Makes a page of templates that are parsed under one name, the later ones over the earlier: Sprig's functions are there,
/// and `toYaml` and `fromYaml`.
///
/// # Errors
///
/// As [`execute_name_template`].
pub fn execute_page_template(
    name: &str,
    templates: &[&str],
    data: &Value,
    world: Arc<dyn World>,
) -> Result<String, String> {
    let mut functions = funcs::table(FunctionSet::Helm3);
    for name in HELM_ONLY.iter().filter(|name| !["toYaml", "fromYaml"].contains(name)) {
        functions.remove(name);
    }
    functions.add(funcs::convert::SPRIG_FROM_JSON);
    let text = execute(name, templates, functions, data, world);
    text.map_err(|text| text.replace(MESSAGE_START, "").replace(MESSAGE_END, ""))
}

/// Gives files as templates see them: `.Files`.
pub fn files_value(files: &[File]) -> Value {
    Value::Object(Rc::new(Files::new(files)))
}

fn execute(
    name: &str,
    templates: &[&str],
    functions: FuncMap,
    data: &Value,
    world: Arc<dyn World>,
) -> Result<String, String> {
    let mut set = TemplateSet::new(Arc::new(functions)).with_name(name);
    for template in templates {
        set.parse(name, template).map_err(|error| error.to_string())?;
    }
    let mut out = Vec::new();
    set.execute(name, data, &Host::new(Some(world), false, Memo::default()), &mut out)
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Still;

    #[test]
    fn a_name_template_has_the_functions_of_sprig() {
        let name = |template| execute_name_template(template, Arc::new(Still::new(1)));
        assert_eq!(name("{{ \"Web\" | lower }}-x").unwrap(), "web-x");
        assert_eq!(
            name("{{ toYaml 1 }}").unwrap_err(),
            "template: name-template:1: function \"toYaml\" not defined"
        );
        assert_eq!(
            name("{{ fail \"x\" }}").unwrap_err(),
            "template: name-template:1:3: executing \"name-template\" at <fail \"x\">: error calling fail: x"
        );
    }

    #[test]
    fn a_version_template_has_the_build_information() {
        let text = execute_version_template(
            "{{ .Version }} {{ .GoVersion }}{{ .GitCommit }}",
            &Profile::HELM_3_22,
            Arc::new(Still::new(1)),
        );
        assert_eq!(text.unwrap(), "v3.22.0 go1.26.8");
    }
}
