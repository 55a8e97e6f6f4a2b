//! Where rendered lines come from: each file of `fixtures/origin` is a chart with a user's values, and what is found of each
//! line lies in `snapshots/ours/origin`. Of all other charts the text that a line is said to be must be the line's.

mod sections;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pintle_chart::{Chart, File};
use pintle_engine::origin::{Line, Origin};
use pintle_engine::world::Still;
use pintle_engine::{Capabilities, KubeVersion, Profile, Release, Renderer, Settings};
use pintle_yaml::{Map, Value};
use sections::{sections, take};

/// The variable that makes the test write what it would compare.
const ACCEPT: &str = "PINTLE_ACCEPT";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A chart that is rendered, with the origin of each line.
struct Case {
    templates: BTreeMap<String, String>,
    lines: Vec<(Line, String, Option<Origin>)>,
}

impl Case {
    /// Renders a chart; nothing for one that does not render.
    fn of(text: &str, profile: Profile) -> Option<Self> {
        let mut files = sections(text);
        let mut user = Map::new();
        if let Some(text) = take(&mut files, "user.yaml")
            && let Ok(Value::Map(values)) = pintle_yaml::from_str(&text)
        {
            user = values;
        }
        let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
        let chart = profile.load.from_files(files).ok()?;
        let mut templates = BTreeMap::new();
        gather(&chart, chart.name(), &mut templates);
        let kube_version = KubeVersion::parse("1.34.0", profile.kube_version).expect("a version");
        let capabilities = Capabilities::new::<&str>(kube_version, []);
        let settings = Settings { profile, capabilities, ..Settings::new(Arc::new(Still::new(1))) };
        let renderer = Renderer::new(chart, settings);
        let release = Release::new("rel");
        let files = renderer.render_files(&user, &release).ok()?;
        let mut wanted = Vec::new();
        for (file, text) in &files {
            for (n, text) in text.split('\n').enumerate() {
                wanted.push((Line { file: file.clone(), line: n + 1 }, text.to_owned()));
            }
        }
        let lines: Vec<Line> = wanted.iter().map(|(line, _)| line.clone()).collect();
        let origins = renderer.origins(&user, &release, &lines).expect("it has rendered");
        let lines =
            wanted.into_iter().zip(origins).map(|((line, text), origin)| (line, text, origin));
        Some(Self { templates, lines: lines.collect() })
    }

    /// Writes each line with where it comes from.
    fn show(&self) -> String {
        let mut out = String::new();
        let mut file = "";
        for (line, text, origin) in &self.lines {
            if text.trim().is_empty() {
                continue;
            }
            if file != line.file {
                file = &line.file;
                writeln!(out, "-- {file} --").expect("a string takes all");
            }
            writeln!(out, "{}: {}", line.line, text.trim_end()).expect("a string takes all");
            let Some(origin) = origin else {
                out.push_str("    nothing\n");
                continue;
            };
            for frame in &origin.frames {
                let (template, line, column) = (&frame.template, frame.line, frame.column);
                let action = frame.action.replace('\n', " ");
                writeln!(out, "    {template}:{line}:{column} {action}")
                    .expect("a string takes all");
            }
            for (word, inputs) in [("of", &origin.values), ("if", &origin.guards)] {
                for input in inputs {
                    writeln!(out, "    {word} {input}").expect("a string takes all");
                }
            }
        }
        out
    }
}

/// Gathers the texts of templates by their paths.
fn gather(chart: &Chart, path: &str, templates: &mut BTreeMap<String, String>) {
    for template in &chart.templates {
        templates.insert(format!("{path}/{}", template.name), template.text().into_owned());
    }
    for dependency in &chart.dependencies {
        gather(dependency, &format!("{path}/charts/{}", dependency.name()), templates);
    }
}

fn files_of(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

#[test]
fn lines_come_from_where_was_accepted() {
    let mut complaints = String::new();
    for path in files_of("fixtures/origin") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let case = Case::of(&text, Profile::default()).unwrap_or_else(|| panic!("{name}"));
        let got = case.show();
        let snapshot = root().join("snapshots/ours/origin").join(name);
        if std::env::var_os(ACCEPT).is_some() {
            fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
            fs::write(&snapshot, &got).unwrap();
        }
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        if got != expected {
            writeln!(complaints, "{name}:\n{got}").unwrap();
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn text_is_what_stands_in_the_template() {
    let mut n_lines = 0;
    let mut folders = vec!["fixtures/render".to_owned(), "fixtures/origin".to_owned()];
    for entry in fs::read_dir(root().join("fixtures/lint")).unwrap() {
        let name = entry.unwrap().file_name();
        folders.push(format!("fixtures/lint/{}", name.to_str().unwrap()));
    }
    for path in folders.iter().flat_map(|folder| files_of(folder)) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for profile in [Profile::HELM_4_3, Profile::HELM_3_22] {
            let Some(case) = Case::of(&text, profile) else { continue };
            for (line, text, origin) in &case.lines {
                let shown = format!("{}: {}:{} {text:?}", path.display(), line.file, line.line);
                if text.trim().is_empty() {
                    continue;
                }
                n_lines += 1;
                let origin = origin.as_ref().unwrap_or_else(|| panic!("{shown}: nothing"));
                let last = origin.frames.last().unwrap_or_else(|| panic!("{shown}: no frame"));
                // The text of `tpl` stands in no file, and a chart may go by an alias.
                let Some(template) = case.templates.get(&last.template) else { continue };
                let there = template.split('\n').nth(last.line - 1).unwrap_or_default();
                if !last.action.starts_with("{{") {
                    // Beside an action that prints nothing there may be text.
                    let is_there = there.split("{{").any(|part| {
                        let part = part.split("}}").last().unwrap_or_default().trim();
                        !part.is_empty() && text.contains(part)
                    });
                    assert!(
                        is_there || there.contains(text.trim()),
                        "{shown}: {last:?}: {there:?}"
                    );
                }
            }
        }
    }
    assert!(n_lines > 500, "{n_lines}");
}
