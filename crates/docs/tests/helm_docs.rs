//! Rows and pages are those of helm-docs, byte for byte: what it wrote is in `snapshots/helm-docs-1.14`.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pintle_chart::{Chart, File};
use pintle_docs::{
    BadgeStyle, DEFAULT_PAGE, Order, Place, Row, helm_docs_page, page, rows, rows_with_dependencies,
};
use pintle_engine::world::Still;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Splits a file of cases into names and bodies.
fn cases(text: &str) -> Vec<(&str, &str)> {
    let text = text.strip_prefix("--- ").unwrap();
    let cases = text.strip_suffix('\n').unwrap().split("\n\n--- ");
    let mut found: Vec<(&str, &str)> = Vec::new();
    for case in cases {
        let (header, body) = case.split_once('\n').unwrap_or((case, ""));
        found.push((header.strip_suffix(" ---").unwrap(), body));
    }
    found
}

fn gotmpl(chart: &Chart, template: &str, order: Order) -> String {
    let rows = rows(chart, order).unwrap();
    helm_docs_page(chart, &rows, template, &BadgeStyle::default(), Arc::new(Still::new(1))).unwrap()
}

#[test]
fn comments_say_what_helm_docs_reads() {
    let fixtures = root().join("fixtures/docs");
    let template = fs::read_to_string(fixtures.join("rows.gotmpl")).unwrap();
    let inputs = fs::read_to_string(fixtures.join("comments.txt")).unwrap();
    let snapshots =
        fs::read_to_string(root().join("snapshots/helm-docs-1.14/docs/comments.txt")).unwrap();
    let (inputs, snapshots) = (cases(&inputs), cases(&snapshots));
    assert_eq!(inputs.len(), snapshots.len());
    assert!(inputs.len() > 40);
    let mut wrong = Vec::new();
    for ((name, values), (known, expected)) in inputs.into_iter().zip(snapshots) {
        assert_eq!(name, known);
        let chart = Chart::from_files(vec![
            File::new("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 0.1.0\n"),
            File::new("values.yaml", format!("{values}\n")),
        ]);
        let page = gotmpl(&chart.unwrap(), &template, Order::Key);
        if page.strip_suffix('\n').unwrap_or(&page) != expected {
            wrong.push(format!("{name}\n-- expected\n{expected}\n-- got\n{page}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_are_those_of_helm_docs() {
    let (mut n_charts, mut n_with_dependencies, mut n_badges) = (0, 0, 0);
    for entry in fs::read_dir(root().join("fixtures/docs/charts")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap();
        let chart = Chart::load(&folder).unwrap();
        let check = |suffix: &str, rows: &[Row], badges: &BadgeStyle| {
            let snapshot = format!("snapshots/helm-docs-1.14/docs/charts/{name}{suffix}.md");
            let Ok(expected) = fs::read_to_string(root().join(snapshot)) else { return false };
            if let Ok(template) = fs::read_to_string(folder.join("README.md.gotmpl")) {
                let world = Arc::new(Still::new(1));
                let page = helm_docs_page(&chart, rows, &template, badges, world).unwrap();
                assert_eq!(page, expected, "{name}{suffix}");
            } else {
                let page = page(&chart, rows, DEFAULT_PAGE, badges, Place::Whole).unwrap();
                // helm-docs leaves an empty line at the end where there are no values.
                assert_eq!(page.trim_end(), expected.trim_end(), "{name}{suffix}");
            }
            true
        };
        for (order, suffix) in [(Order::Key, ""), (Order::File, ".file")] {
            assert!(check(suffix, &rows(&chart, order).unwrap(), &BadgeStyle::default()));
            let mut find = |path: &str| Ok(Chart::load(folder.join(path)).ok());
            let all = rows_with_dependencies(&chart, order, &mut find).unwrap();
            let suffix = format!(".dependencies{suffix}");
            n_with_dependencies += usize::from(check(&suffix, &all.rows, &BadgeStyle::default()));
        }
        let badges = BadgeStyle::new("for-the-badge").unwrap();
        n_badges += usize::from(check(".badges", &rows(&chart, Order::Key).unwrap(), &badges));
        n_charts += 1;
    }
    assert!(n_charts >= 7 && n_with_dependencies >= 2 && n_badges >= 2);
}
