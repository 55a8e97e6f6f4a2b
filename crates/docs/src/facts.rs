//! What `Chart.yaml` says of a chart, as helm-docs reads it: the text of each field as it is written.
//!
//! Helm's own metadata will not do: it makes `1.1` of a version `1.10`, and one line of a description of several.
//!
//! Source: the behaviour of `ChartMeta` and `ChartRequirements` in `pkg/helm/chart_info.go` of helm-docs 1.14.

use pintle_chart::Chart;
use pintle_yaml::Resolved;

use crate::DocsError;
use crate::comments::{Content, Document, Node, text_of};
use crate::scalar::Plain;

/// What a page can say of a chart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) api_version: String,
    pub(crate) app_version: String,
    pub(crate) kube_version: String,
    pub(crate) name: String,
    pub(crate) deprecated: bool,
    pub(crate) description: String,
    pub(crate) version: String,
    pub(crate) home: String,
    pub(crate) chart_type: String,
    pub(crate) engine: String,
    pub(crate) sources: Vec<String>,
    pub(crate) maintainers: Vec<Maintainer>,
    pub(crate) dependencies: Vec<Requirement>,
}

#[derive(Debug, Clone)]
pub(crate) struct Maintainer {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) url: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) repository: String,
    pub(crate) alias: String,
}

impl Facts {
    /// Reads the files of a chart.
    ///
    /// # Errors
    ///
    /// A file that is no YAML.
    pub(crate) fn of(chart: &Chart) -> Result<Self, DocsError> {
        let Some(document) = read(chart, "Chart.yaml")? else { return Ok(Self::default()) };
        let Some(root) = document.root() else { return Ok(Self::default()) };
        let mut facts = Self {
            api_version: text(root, "apiVersion"),
            app_version: text(root, "appVersion"),
            kube_version: text(root, "kubeVersion"),
            name: text(root, "name"),
            deprecated: Resolved::of_plain(&text(root, "deprecated")) == Resolved::Bool(true),
            description: text(root, "description"),
            version: text(root, "version"),
            home: text(root, "home"),
            chart_type: text(root, "type"),
            engine: text(root, "engine"),
            sources: items(root, "sources").map(scalar).collect(),
            maintainers: items(root, "maintainers")
                .map(|item| Maintainer {
                    name: text(item, "name"),
                    email: text(item, "email"),
                    url: text(item, "url"),
                })
                .collect(),
            dependencies: Vec::new(),
        };
        facts.dependencies = if facts.api_version == "v1" {
            let requirements = read(chart, "requirements.yaml")?;
            let root = requirements.as_ref().and_then(Document::root);
            root.map(dependencies).unwrap_or_default()
        } else {
            dependencies(root)
        };
        Ok(facts)
    }
}

fn read(chart: &Chart, name: &str) -> Result<Option<Document>, DocsError> {
    let Some(file) = chart.raw_file(name) else { return Ok(None) };
    Document::read(name, &text_of(name, &file.data)?).map(Some)
}

fn dependencies(root: Node<'_>) -> Vec<Requirement> {
    let mut dependencies: Vec<Requirement> = items(root, "dependencies")
        .map(|item| Requirement {
            name: text(item, "name"),
            version: text(item, "version"),
            repository: text(item, "repository"),
            alias: text(item, "alias"),
        })
        .collect();
    dependencies.sort_by_key(|one| format!("{}/{}", one.repository, one.name));
    dependencies
}

fn get<'a>(map: Node<'a>, key: &str) -> Option<Node<'a>> {
    map.entries().filter(|(name, _)| name.text() == key).last().map(|(_, value)| value)
}

fn items<'a>(map: Node<'a>, key: &str) -> impl Iterator<Item = Node<'a>> {
    get(map, key).into_iter().flat_map(Node::items)
}

/// Gives the text of a field, or nothing if it is null or not there.
fn text(map: Node<'_>, key: &str) -> String {
    get(map, key).map(scalar).unwrap_or_default()
}

fn scalar(node: Node<'_>) -> String {
    match node.content() {
        Content::Scalar { plain: Plain::Null, .. } => String::new(),
        _ => node.text().to_owned(),
    }
}
