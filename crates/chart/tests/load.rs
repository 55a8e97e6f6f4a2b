//! Loading agrees with Helm on every chart of `fixtures/charts` and every case of `fixtures/chart-load`.
//!
//! What Helm says is recorded by `xtask/oracle/chartload.go`, which builds the same archives from the same cases.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases has failed")]

mod comparison;

use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use pintle_chart::ignore::LeadingSlashes;
use pintle_chart::load::{ApiVersions, Documents, Links, MAX_DEPTH, MAX_FILE_SIZE, Reads};
use pintle_chart::{Chart, Dependency, Error, File, LoadRules, Metadata, Warning};
use serde_json::{Map, Value, json};

use comparison::{Comparison, read_json, repository};

const HELM_3: LoadRules = LoadRules {
    documents: Documents::First,
    api_versions: ApiVersions::Any,
    max_file_size: Some(MAX_FILE_SIZE),
    links: Links::InsideChart,
    reads: Reads::AtOnce,
    go_package: "chart",
    leading_slashes: LeadingSlashes::OneEachTime,
};

fn oracles() -> [(&'static str, LoadRules); 2] {
    [("helm-4.3", LoadRules::default()), ("helm-3.22", HELM_3)]
}

#[test]
fn folders_load_as_in_helm() {
    let mut comparison = Comparison::default();
    let fixtures = repository().join("fixtures");
    for (oracle, rules) in oracles() {
        let snapshots = repository().join("snapshots").join(oracle).join("chart-load/charts");
        for entry in std::fs::read_dir(snapshots).unwrap() {
            let snapshot = entry.unwrap().path();
            let name = snapshot.file_stem().unwrap().to_str().unwrap();
            let found = rules.load(fixtures.join("charts").join(name));
            let found = describe(&found, &fixtures, oracle);
            comparison.expect(
                &format!("chart-load/charts/{name}"),
                oracle,
                &without_times(read_json(&snapshot)),
                &found,
            );
        }
    }
    comparison.finish();
}

#[test]
fn cases_load_as_in_helm() {
    let mut comparison = Comparison::default();
    let folder = repository().join("fixtures/chart-load");
    for entry in std::fs::read_dir(folder).unwrap() {
        let fixture = entry.unwrap().path();
        if fixture.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let file = fixture.file_name().unwrap().to_str().unwrap();
        let cases = read_json(&fixture);
        for (oracle, rules) in oracles() {
            let snapshots = repository().join("snapshots").join(oracle).join("chart-load");
            let snapshot = without_times(read_json(&snapshots.join(file)));
            for (name, case) in cases.as_object().unwrap() {
                let case_name = format!("chart-load/{file}/{name}");
                let found = run(case, rules, oracle);
                comparison.expect(&case_name, oracle, &snapshot[name], &found);
            }
        }
    }
    comparison.finish();
}

#[test]
fn files_that_are_read_when_needed_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let long = "\u{feff}".to_owned() + &"# a long text\n".repeat(2_000);
    write("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
    for n in 0..70 {
        write(&format!("crds/{n}.yaml"), &format!("{long}# {n}\n"));
    }
    for name in ["README.md", "charts/crds/values.yaml", "charts/crds/templates/crds/a.yaml"] {
        write(name, &long);
    }
    write("charts/crds/Chart.yaml", "apiVersion: v2\nname: crds\nversion: 0.1.0\n");
    let rules = LoadRules { reads: Reads::WhenNeeded, ..LoadRules::default() };
    let at_once = Chart::load(folder.path()).unwrap();
    let when_needed = rules.load(folder.path()).unwrap();
    write("README.md", "another text");
    std::fs::remove_file(folder.path().join("crds/1.yaml")).unwrap();
    assert_eq!(when_needed.raw_file("crds/1.yaml"), at_once.raw_file("crds/1.yaml"));
    assert_eq!(when_needed.dependencies, at_once.dependencies);
    let text = when_needed.raw_file("crds/69.yaml").unwrap().text();
    assert!(text.starts_with("# a long text\n#") && text.ends_with("# 69\n"));
}

#[test]
fn values_that_are_read_early_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let chart_yaml = |name| format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n");
    let line = |n| format!("key{n}: {{a: [b, {n}]}}\n");
    let values = (0..5_000).map(line).collect::<Vec<_>>().concat();
    for (end, is_good) in [("", true), ("---\nkey1: null\n", true), ("a: b: c\n", false)] {
        let files = [
            ("Chart.yaml", chart_yaml("web")),
            ("values.yaml", format!("\u{feff}{values}{end}")),
            ("charts/db/Chart.yaml", chart_yaml("db")),
            ("charts/db/values.yaml", values.clone() + end),
        ];
        for (name, text) in &files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let files =
            files.iter().map(|(name, text)| File::new(*name, text.trim_start_matches('\u{feff}')));
        let without = Chart::from_files(files.collect());
        let found = Chart::load(folder.path());
        assert_eq!(found.is_ok(), is_good);
        match (found, without) {
            (Ok(found), Ok(without)) => {
                assert_eq!(found.values, without.values);
                assert_eq!(found.dependencies[0].values, without.dependencies[0].values);
            }
            (found, without) => assert_eq!(found.unwrap_err().text(), without.unwrap_err().text()),
        }
    }
}

#[test]
fn links_may_lead_anywhere_as_in_helm() {
    let mut comparison = Comparison::default();
    let cases = read_json(&repository().join("fixtures/chart-load/folders.json"));
    let snapshot = read_json(&repository().join("snapshots/helm-4.3/chart-load/folders.json"));
    let snapshot = without_times(snapshot);
    let rules = LoadRules { links: Links::Anywhere, ..LoadRules::default() };
    for (name, case) in cases.as_object().unwrap() {
        if name.contains("out of the chart") {
            let found = run(case, rules, "helm-4.3");
            comparison.expect(&format!("anywhere/{name}"), "helm-4.3", &snapshot[name], &found);
        }
    }
    comparison.finish();
}

/// Loads one case as the recorder does.
fn run(case: &Value, rules: LoadRules, oracle: &str) -> Value {
    if let Some(files) = case["files"].as_array() {
        let file = |file: &Value| {
            File::new(file["name"].as_str().unwrap(), file["data"].as_str().unwrap())
        };
        let found = rules.from_files(files.iter().map(file).collect());
        return describe(&found, Path::new("/nowhere"), oracle);
    }
    if case["folder"].is_array() {
        let folder = tempfile::tempdir().unwrap();
        let sockets = write_folder(folder.path(), &case["folder"]);
        let found = describe(&rules.load(folder.path().join("x")), folder.path(), oracle);
        drop(sockets);
        return found;
    }
    let mut data = match case["bytes"].as_str() {
        Some(bytes) => bytes.as_bytes().to_vec(),
        None => pack(&case["entries"]),
    };
    data.resize(data.len() + number(&case["zeros"]), 0);
    data.truncate(data.len() - number(&case["truncate"]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(case["file"].as_str().unwrap_or("chart.tgz"));
    std::fs::write(&path, &data).unwrap();
    json!({
        "file": describe(&rules.load(&path), folder.path(), oracle),
        "stream": describe(&rules.from_archive(&data), folder.path(), oracle),
    })
}

/// Writes entries below a folder; sockets stand as long as what is given back.
fn write_folder(folder: &Path, entries: &Value) -> Vec<UnixListener> {
    let mut sockets = Vec::new();
    for entry in entries.as_array().unwrap() {
        let path = folder.join(entry["name"].as_str().unwrap());
        let data = entry["data"].as_str().unwrap_or_default();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match entry["type"].as_str() {
            Some("2") => std::os::unix::fs::symlink(data, &path).unwrap(),
            Some("5") => std::fs::create_dir(&path).unwrap(),
            Some("s") => sockets.push(UnixListener::bind(&path).unwrap()),
            _ => {
                std::fs::write(&path, data).unwrap();
                let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                file.set_len((data.len() + number(&entry["zeros"])) as u64).unwrap();
            }
        }
    }
    sockets
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap_or_default().try_into().unwrap()
}

/// Makes a `.tgz` of entries.
fn pack(entries: &Value) -> Vec<u8> {
    const MAX_SHORT_NAME: usize = 100;
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let append = |tar: &mut tar::Builder<_>, name: &[u8], kind: u8, mode: u32, data: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_mode(mode);
        header.set_size(data.len() as u64);
        header.set_cksum();
        tar.append(&header, data).unwrap();
    };
    for entry in entries.as_array().unwrap() {
        let name = entry["name"].as_str().unwrap().as_bytes();
        let kind = entry["type"].as_str().map_or(b'0', |kind| kind.as_bytes()[0]);
        let mode = u32::try_from(number(&entry["mode"])).unwrap();
        let mode = if mode == 0 { 0o644 } else { mode };
        let mut data = entry["data"].as_str().unwrap_or_default().as_bytes().to_vec();
        data.resize(data.len() + number(&entry["zeros"]), 0);
        match kind {
            _ if entry["archive"].is_array() => data = pack(&entry["archive"]),
            // OK to leave out where a link leads: nothing asks for it.
            b'1' | b'2' => data.clear(),
            b'g' => data = b"16 comment=1234\n".to_vec(),
            _ => {}
        }
        if name.len() > MAX_SHORT_NAME {
            append(&mut tar, b"././@LongLink", b'L', 0, name);
        }
        append(&mut tar, &name[..name.len().min(MAX_SHORT_NAME)], kind, mode, &data);
    }
    let mut gzip = tar.into_inner().unwrap();
    gzip.flush().unwrap();
    gzip.finish().unwrap()
}

/// Puts a result into the recorder's form, without `root` in paths.
fn describe(found: &Result<Chart, Error>, root: &Path, oracle: &str) -> Value {
    let root = format!("{}/", root.canonicalize().unwrap_or(root.to_owned()).display());
    match found {
        Err(error) => json!({ "error": error.text().replace(&root, "") }),
        Ok(chart) => {
            let mut result = json!({ "chart": describe_chart(chart) });
            let warnings: Vec<Value> = chart
                .warnings
                .iter()
                .map(|warning| warning_text(warning, oracle).replace(&root, "").into())
                .collect();
            if !warnings.is_empty() {
                result["warnings"] = warnings.into();
            }
            result
        }
    }
}

fn warning_text(warning: &Warning, oracle: &str) -> String {
    match warning {
        Warning::SymbolicLink { path, resolved } if oracle == "helm-4.3" => format!(
            "found symbolic link in path. Contents of linked file included and used path={path} resolved={resolved}"
        ),
        other => other.to_string(),
    }
}

fn describe_chart(chart: &Chart) -> Value {
    let files = |files: &[File]| {
        list(files.iter().map(|file| json!({ "name": &*file.name, "data": file.text() })))
    };
    let lock = chart.lock.as_ref().map(|lock| {
        json!({
            "digest": lock.digest,
            "dependencies": list(lock.dependencies.iter().map(describe_dependency)),
        })
    });
    // The outermost chart shows those of all.
    let without_crds = |chart| {
        let mut described = describe_chart(chart);
        described["crds"] = Value::Null;
        described
    };
    let crds = chart.crds();
    json!({
        "metadata": describe_metadata(&chart.metadata),
        "lock": lock,
        "templates": files(&chart.templates),
        "values": describe_map(&chart.values),
        "schema": chart.schema.as_deref().map_or("".into(), String::from_utf8_lossy),
        "files": files(&chart.files),
        "raw": list(chart.raw.iter().map(|file| Value::from(&*file.name))),
        "crds": list(crds.iter().map(|crd| Value::from(format!("{} {}", crd.name, crd.filename)))),
        "dependencies": list(chart.dependencies.iter().map(without_crds)),
    })
}

/// Go shows a list nothing was put into as null.
fn list(items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.collect();
    if items.is_empty() { Value::Null } else { items.into() }
}

fn describe_metadata(metadata: &Metadata) -> Value {
    let maintainers = metadata.maintainers.iter().map(|maintainer| {
        filled([
            ("name", maintainer.name.clone().into()),
            ("email", maintainer.email.clone().into()),
            ("url", maintainer.url.clone().into()),
        ])
    });
    filled([
        ("name", metadata.name.clone().into()),
        ("home", metadata.home.clone().into()),
        ("sources", metadata.sources.clone().into()),
        ("version", metadata.version.clone().into()),
        ("description", metadata.description.clone().into()),
        ("keywords", metadata.keywords.clone().into()),
        ("maintainers", maintainers.collect()),
        ("icon", metadata.icon.clone().into()),
        ("apiVersion", metadata.api_version.clone().into()),
        ("condition", metadata.condition.clone().into()),
        ("tags", metadata.tags.clone().into()),
        ("appVersion", metadata.app_version.clone().into()),
        ("deprecated", metadata.deprecated.into()),
        ("annotations", json!(metadata.annotations)),
        ("kubeVersion", metadata.kube_version.clone().into()),
        ("dependencies", metadata.dependencies.iter().map(describe_dependency).collect()),
        ("type", metadata.chart_type.clone().into()),
    ])
}

fn describe_dependency(dependency: &Dependency) -> Value {
    let mut described = filled([
        ("version", dependency.version.clone().into()),
        ("condition", dependency.condition.clone().into()),
        ("tags", dependency.tags.clone().into()),
        ("enabled", dependency.enabled.into()),
        ("import-values", dependency.import_values.iter().map(describe_value).collect()),
        ("alias", dependency.alias.clone().into()),
    ]);
    described["name"] = dependency.name.clone().into();
    described["repository"] = dependency.repository.clone().into();
    described
}

/// Makes an object of what is not empty.
fn filled<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let is_filled = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    };
    let entries = entries.into_iter().filter(|(_, value)| is_filled(value));
    entries.map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
}

fn describe_map(map: &pintle_yaml::Map) -> Value {
    let entry = |(key, value): (&std::sync::Arc<str>, _)| (key.to_string(), describe_value(value));
    map.iter().map(entry).collect::<Map<_, _>>().into()
}

fn describe_value(value: &pintle_yaml::Value) -> Value {
    match value {
        pintle_yaml::Value::Null => Value::Null,
        pintle_yaml::Value::Bool(b) => (*b).into(),
        pintle_yaml::Value::Int(n) => (*n).into(),
        pintle_yaml::Value::Float(x) => (*x).into(),
        pintle_yaml::Value::String(text) => (&**text).into(),
        pintle_yaml::Value::List(items) => items.iter().map(describe_value).collect(),
        pintle_yaml::Value::Map(map) => describe_map(map),
    }
}

/// Makes every number a float, lets go of times, which we keep as they are written, and of what Go tells apart and we
/// do not: a null and an empty map of values, a null and an empty list of a lock.
fn without_times(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().unwrap().into(),
        Value::Array(items) => items.into_iter().map(without_times).collect(),
        Value::Object(map) => {
            let mut object = Map::new();
            for (key, value) in map {
                let value = match (&*key, value) {
                    ("generated", _) => continue,
                    ("values", Value::Null) => json!({}),
                    ("dependencies", Value::Array(items)) => {
                        let there = items.into_iter().filter(|item| !item.is_null());
                        list(there.map(without_times))
                    }
                    (_, value) => without_times(value),
                };
                object.insert(key, value);
            }
            object.into()
        }
        other => other,
    }
}

#[test]
fn charts_in_charts_end_somewhere() {
    let chart_yaml = "name: x\nversion: 1\n";
    let nested = |depth: usize| {
        let name = |level| format!("{}Chart.yaml", "charts/x/".repeat(level));
        let files = (0..=depth).map(|level| File::new(name(level), chart_yaml)).collect();
        Chart::from_files(files)
    };
    assert!(nested(MAX_DEPTH).is_ok());
    let error = nested(MAX_DEPTH + 1).unwrap_err().text();
    assert!(error.ends_with("charts are nested too deeply: the limit is 64"), "{error}");
}

#[test]
fn names_of_files_in_charts_in_charts_are_bounded() {
    let tail = "n".repeat(100_000);
    let name = |idx| format!("{}{tail}{idx}", "charts/x/".repeat(60));
    let error = Chart::from_files(
        (0..100)
            .map(|idx| File::new(name(idx), ""))
            .chain((0..60).map(|level| {
                File::new(
                    format!("{}Chart.yaml", "charts/x/".repeat(level)),
                    "name: x\nversion: 1\n",
                )
            }))
            .collect(),
    );
    let error = error.unwrap_err().text();
    assert!(error.ends_with("take more than 268435456 bytes together"), "{error}");
}

#[test]
fn archives_in_archives_end_somewhere() {
    let mut entries = json!([{"name": "x/Chart.yaml", "data": "name: x\nversion: 1\n"}]);
    for _ in 0..=MAX_DEPTH {
        entries = json!([entries[0].clone(), {"name": "x/charts/x.tgz", "archive": entries}]);
    }
    let error = LoadRules::default().from_archive(&pack(&entries)).unwrap_err().text();
    assert!(error.ends_with("charts are nested too deeply: the limit is 64"), "{error}");
}

#[test]
fn damaged_archives_are_errors() {
    let entries = json!([{"name": "x/Chart.yaml", "data": "name: x\nversion: 1\n"}]);
    let archive = pack(&entries);
    for idx in 0..archive.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = archive.clone();
            damaged[idx] ^= flip;
            // Whether it is one or not: it is an answer, and not a panic.
            let _ = HELM_3.from_archive(&damaged);
        }
        let _ = HELM_3.from_archive(&archive[..idx]);
    }
}
