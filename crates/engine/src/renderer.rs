//! A chart made ready to render often: rooms 2 to 4 of the house in one call.
//!
//! The user's values switch dependencies, meet the chart's defaults, are checked against its schemas and reach its
//! templates; what those write becomes objects. Source: `Install.RunWithContext` and `renderResources` in Helm's
//! `pkg/action`, without a cluster.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_chart::coalesce::coalesce;
use pintle_chart::process::{ProcessWarning, process_dependencies};
use pintle_chart::schema::{CheckedValues, Schemas};
use pintle_chart::{Chart, File};
use pintle_manifest::{Hook, Object, Objects};
use pintle_yaml::{Map, Value};

use crate::compile::{Cache, Compiled};
use crate::render::render;
use crate::{Capabilities, Notice, Profile, Release, TemplateError, World};

/// What a render is given beside the chart, its values and the release.
#[derive(Debug, Clone)]
pub struct Settings {
    /// the Helm version to follow
    pub profile: Profile,
    /// what charts may know of the cluster
    pub capabilities: Capabilities,
    /// the world outside
    pub world: Arc<dyn World>,
    /// whether values are checked against the charts' schemas
    pub schema: SchemaCheck,
    /// whether `required` and `fail` stop the render
    pub guards: Guards,
}

/// Whether values are checked against the charts' schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaCheck {
    /// they are
    Checked,
    /// they are not: `--skip-schema-validation`
    Skipped,
}

/// Whether `required` and `fail` stop a render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guards {
    /// they do
    Stop,
    /// they only leave a notice: `lint`
    Notice,
}

impl Settings {
    /// Makes the settings of Helm's default version in a given world, without a cluster.
    pub fn new(world: Arc<dyn World>) -> Self {
        Self {
            profile: Profile::default(),
            capabilities: Capabilities::default(),
            world,
            schema: SchemaCheck::Checked,
            guards: Guards::Stop,
        }
    }
}

/// A chart whose templates are parsed once and executed any number of times, from any number of threads.
#[derive(Debug)]
pub struct Renderer {
    chart: Chart,
    settings: Settings,
    cache: Cache,
    schemas: Schemas,
}

/// What a chart renders to: the content of a release.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// the objects, in the order of installation
    pub objects: Objects,
    /// the definitions of `crds/`: the path, with the names of the charts, and the file
    pub crds: Vec<(String, File)>,
    /// `NOTES.txt` of the outermost chart
    pub notes: Option<String>,
    /// what there is to say beside them
    pub warnings: Vec<Warning>,
}

/// Something there is to say about a render that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// while dependencies were processed
    Dependencies(ProcessWarning),
    /// while values met defaults, in Helm's words
    Values(String),
    /// a schema refers to a URN that nothing is known of, and takes everything there
    UnresolvedUrn {
        /// the URN
        urn: String,
    },
    /// while templates were executed
    Notice(Notice),
}

impl Renderer {
    /// Makes a chart ready. Templates are parsed by the first render that uses them, as Helm parses only those of
    /// enabled dependencies.
    pub fn new(chart: Chart, settings: Settings) -> Self {
        Self { chart, settings, cache: Cache::default(), schemas: Schemas::default() }
    }

    /// Gives the chart.
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// Gives the settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Parses the templates that the chart's own defaults enable, so that the first render finds them parsed.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] for a template that does not parse, or dependencies that cannot be processed.
    pub fn compile(&self) -> Result<(), TemplateError> {
        let mut chart = self.chart.clone();
        let Settings { profile, .. } = &self.settings;
        process_dependencies(&mut chart, &Map::new(), profile.coalesce)
            .map_err(TemplateError::Dependencies)?;
        self.cache.get(&chart, profile).map(drop)
    }

    /// Gives the templates of a chart that is left of this one when its dependencies are processed.
    pub(crate) fn compiled(&self, chart: &Chart) -> Result<Arc<Compiled>, TemplateError> {
        self.cache.get(chart, &self.settings.profile)
    }

    /// Renders a release with the user's values.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], in Helm's words.
    pub fn render(&self, values: &Map, release: &Release) -> Result<Rendered, TemplateError> {
        let mut report = Report::default();
        let mut rendered = self.render_reporting(values, release, &mut report)?;
        rendered.warnings = report.warnings;
        Ok(rendered)
    }

    /// Renders a release as [`Renderer::render`] does, but puts warnings into `report`, where they stay if it fails.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], in Helm's words.
    pub fn render_reporting(
        &self,
        values: &Map,
        release: &Release,
        report: &mut Report,
    ) -> Result<Rendered, TemplateError> {
        let profile = &self.settings.profile;
        let (chart, mut files) = self.execute(values, release, report)?;
        let mut notes = None;
        let own_notes = format!("{}/templates/{NOTES}", chart.name());
        files.retain(|path, content| {
            if path == &own_notes {
                notes = Some(std::mem::take(content));
            }
            !path.ends_with(NOTES)
        });
        let parts = files.iter().map(|(path, content)| (path.as_str(), content.as_str()));
        let mut objects = match Objects::sort(parts, &profile.manifests) {
            Ok(objects) => objects,
            Err(error) => {
                report.files = files;
                return Err(error.into());
            }
        };
        report.warnings.extend(
            std::mem::take(&mut objects.unknown_hooks)
                .into_iter()
                .map(|annotation| Warning::Notice(Notice::UnknownHook { annotation })),
        );
        let crds = chart.crds();
        let crds = crds.into_iter().map(|crd| (crd.filename, crd.file.clone())).collect();
        Ok(Rendered { objects, crds, notes, warnings: Vec::new() })
    }

    /// Gives the text of each template that is no partial, by its path from the outermost chart: neither split, nor read,
    /// nor put in order.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], in Helm's words.
    pub fn render_files(
        &self,
        values: &Map,
        release: &Release,
    ) -> Result<BTreeMap<String, String>, TemplateError> {
        Ok(self.execute(values, release, &mut Report::default())?.1)
    }

    /// Walks from the user's values to the templates' texts; gives the chart with the dependencies these values leave.
    fn execute(
        &self,
        values: &Map,
        release: &Release,
        report: &mut Report,
    ) -> Result<(Chart, BTreeMap<String, String>), TemplateError> {
        let Settings { profile, capabilities, .. } = &self.settings;
        let mut chart = self.chart.clone();
        let dependencies = process_dependencies(&mut chart, values, profile.coalesce);
        let dependencies = dependencies.map_err(TemplateError::Dependencies)?;
        report.warnings.extend(dependencies.into_iter().map(Warning::Dependencies));
        let mut coalesced = coalesce(&chart, values, profile.coalesce)?;
        report
            .warnings
            .extend(std::mem::take(&mut coalesced.warnings).into_iter().map(Warning::Values));
        if self.settings.schema == SchemaCheck::Checked
            && let Some(notes) = &mut report.schemas
        {
            note_schemas(&chart, &coalesced.values, notes);
        }
        let values = match self.settings.schema {
            SchemaCheck::Checked => CheckedValues::check_with(&self.schemas, &chart, &coalesced)?,
            SchemaCheck::Skipped => CheckedValues::unchecked(&coalesced),
        };
        let urns = values.unresolved_urns().iter().cloned();
        report.warnings.extend(urns.map(|urn| Warning::UnresolvedUrn { urn }));
        let range = &chart.metadata.kube_version;
        if !range.is_empty() && !capabilities.kube_version.satisfies(range) {
            return Err(TemplateError::KubeVersion {
                range: range.clone(),
                version: capabilities.kube_version.version.clone(),
            });
        }
        let warnings = &mut report.warnings;
        let files = render(&chart, &values, release, &self.settings, &self.cache, warnings)?;
        Ok((chart, files))
    }
}

/// What a render has to say beside its result, even if it fails.
#[derive(Debug, Default)]
pub struct Report {
    /// what there is to say, in order
    pub warnings: Vec<Warning>,
    /// the charts whose values were checked, outer ones first; where there is a list, it is filled
    pub schemas: Option<Vec<SchemaNote>>,
    /// the rendered files by path, if they were no manifests
    pub files: BTreeMap<String, String>,
}

/// A chart whose values were checked, if it has a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaNote {
    /// the chart's name
    pub chart: String,
    /// its schema, as it is
    pub schema: Option<Arc<[u8]>>,
    /// how many charts it carries
    pub n_dependencies: usize,
}

/// Notes a chart and the charts below it that have values.
fn note_schemas(chart: &Chart, values: &Map, notes: &mut Vec<SchemaNote>) {
    notes.push(SchemaNote {
        chart: chart.name().to_owned(),
        schema: chart.schema.clone(),
        n_dependencies: chart.dependencies.len(),
    });
    for dependency in &chart.dependencies {
        if let Some(Value::Map(values)) = values.get(dependency.name()) {
            note_schemas(dependency, values, notes);
        }
    }
}

/// How the name of a file of notes ends.
const NOTES: &str = "NOTES.txt";

impl Rendered {
    /// Gives all objects: the manifests, then the hooks, each in the order of installation.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.manifests.iter().chain(self.objects.hooks.iter().map(|hook| &hook.object))
    }

    /// Gives the text of `helm template`: the manifests, then the hooks, each under its source.
    pub fn manifest(&self) -> String {
        self.text(Crds::Omitted, |_| true)
    }

    /// Gives the text of `helm template` with or without CRDs, and with the hooks that `keep` picks.
    pub fn text(&self, crds: Crds, keep: impl Fn(&Hook) -> bool) -> String {
        let mut len = 0;
        self.parts(crds, &keep, |part| len += part.len());
        let mut out = String::with_capacity(len);
        self.parts(crds, keep, |part| out.push_str(part));
        out
    }

    /// Gives the text of [`Rendered::text`] to `put`, part by part.
    pub fn parts(&self, crds: Crds, keep: impl Fn(&Hook) -> bool, mut put: impl FnMut(&str)) {
        let crds = if crds == Crds::Included { &*self.crds } else { &[] };
        let manifests = &*self.objects.manifests;
        let crds = crds.iter().map(|(path, file)| (path.as_str(), file.text()));
        let objects =
            manifests.iter().map(|object| (&*object.source, Cow::Borrowed(&*object.text)));
        let mut documents = crds.chain(objects).peekable();
        while let Some((source, content)) = documents.next() {
            let parts = ["---\n# Source: ", source, "\n", &content, "\n"];
            if documents.peek().is_some() {
                parts.into_iter().for_each(&mut put);
            } else {
                // Helm trims manifests as a whole, and hooks not at all.
                put(parts.concat().trim_end());
            }
        }
        put("\n");
        for Hook { object, .. } in self.objects.hooks.iter().filter(|hook| keep(hook)) {
            ["---\n# Source: ", &object.source, "\n", &object.text, "\n"]
                .into_iter()
                .for_each(&mut put);
        }
    }
}

/// Whether a text has the definitions of `crds/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crds {
    /// first of all: `--include-crds`
    Included,
    /// not
    Omitted,
}
