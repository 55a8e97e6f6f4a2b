//! Templates: of Go alone, and with Helm's functions.

use std::sync::{Arc, LazyLock};

use pintle::{Chart, File, Profile, Release, Still, Values};
use pintle_gotmpl::{FuncMap, TemplateSet, Value};
use pintle_yaml::Value as Json;

use super::case_snapshot;

/// Executes a template of Go with its data.
pub(crate) fn plain(_: &str, case: &[String]) -> Option<String> {
    let [data, template] = case else { return None };
    let data = value_of(&pintle_yaml::json::from_str(data).ok()?);
    let mut set = TemplateSet::new(Arc::new(FuncMap::new()));
    let mut execute = || {
        set.parse("case", template).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        set.execute("case", &data, &(), &mut out).map_err(|error| error.to_string())?;
        Ok::<_, String>(String::from_utf8_lossy(&out).into_owned())
    };
    Some(case_snapshot("case", execute()))
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Int(n) => Value::int64(*n),
        Json::Float(x) => Value::Float(*x),
        Json::String(s) => Value::string(&**s),
        Json::List(items) => Value::list(items.iter().map(value_of).collect::<Vec<_>>()),
        Json::Map(map) => Value::map(map.iter().map(|(key, value)| (&**key, value_of(value)))),
    }
}

/// The chart of all function cases, without its template.
static CHART: LazyLock<Chart> = LazyLock::new(|| {
    let values = std::fs::read(crate::root().join("fixtures/functions/values.yaml"));
    Chart::from_files(vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: functions\nversion: 0.1.0\n"),
        File::new("values.yaml", values.expect("the values of function cases are there")),
    ])
    .expect("the chart of function cases is one")
});

/// Gives the profile that follows an oracle.
pub(super) fn profile(oracle: &str) -> Profile {
    Profile::by_name(oracle).expect("an oracle that is Helm is a profile")
}

/// Renders a template as the notes of a chart.
#[expect(clippy::unnecessary_wraps, reason = "other domains have cases that we cannot be asked")]
pub(crate) fn helm(oracle: &str, case: &[String]) -> Option<String> {
    let mut chart = CHART.clone();
    chart.templates.push(File::new("templates/NOTES.txt", &case[0]));
    let options = pintle::options().profile(profile(oracle)).world(Still::new(1));
    let options = options.kube_version("1.34.0").expect("that is a version");
    let render = || {
        let renderer = options.build(&chart)?;
        let release = Release::new("release").namespace("default");
        Ok::<_, pintle::Error>(renderer.render(&Values::default(), &release)?.notes)
    };
    let notes = render().map(Option::unwrap_or_default).map_err(|error| error.to_string());
    Some(case_snapshot("case", notes))
}
