//! How the cases of a chart are rendered: what a file of settings says, and where cases and snapshots lie.
//!
//! ```yaml
//! folder: cases              # a values file for each case
//! snapshots: snapshots       # what they come to
//! namespace: prod            # this and what follows counts for all cases
//! mask: ["**.annotations[checksum/config]"]
//! cases:
//!   upgrade: {isUpgrade: true, values: [cases/defaults.yaml]}   # this one for one case
//! ```
//!
//! Paths are relative to the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pintle_engine::Profile;
use pintle_manifest::FieldPattern;
use pintle_manifest::snapshot::Secrets;
use pintle_yaml::{Location, Node, NodeKind, near};

use crate::args::{Args, flags};
use crate::print::Failure;
use crate::whole_file;

/// What is said about cases.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// the folder of the values files
    pub(super) cases: PathBuf,
    /// the folder of the snapshots
    pub(super) snapshots: PathBuf,
    /// what paths of values are relative to
    pub(super) base: PathBuf,
    /// what counts for all
    pub(super) all: Options,
    /// what counts for one, by its name
    pub(super) each: BTreeMap<String, Options>,
}

/// How a case is rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) release: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) kube_version: Option<String>,
    pub(super) api_versions: Vec<String>,
    pub(super) profile: Option<Profile>,
    pub(super) seed: Option<u64>,
    pub(super) now: Option<Timestamp>,
    /// files of values, before the case's own
    pub(super) values: Vec<String>,
    pub(super) set: Vec<String>,
    pub(super) set_string: Vec<String>,
    pub(super) mask: Vec<FieldPattern>,
    pub(super) secrets: Option<Secrets>,
    pub(super) include_crds: Option<bool>,
    pub(super) is_upgrade: Option<bool>,
    /// whether the render must fail
    pub(super) fails: Option<bool>,
}

/// The keys of [`Options`], as a file names them.
const KEYS: &[&str] = &[
    "release",
    "namespace",
    "kubeVersion",
    "apiVersions",
    "profile",
    "seed",
    "now",
    "values",
    "set",
    "setString",
    "mask",
    "secrets",
    "includeCrds",
    "isUpgrade",
    "fails",
];

/// The keys that stand at the top alone.
const TOP_KEYS: &[&str] = &["folder", "snapshots", "cases"];

impl Settings {
    /// Reads what the command line and the file of settings say about the cases of a chart.
    ///
    /// # Errors
    ///
    /// A file that is not there though it was named, or that says what cannot be meant; with its place.
    pub(super) fn read(args: &Args, chart: &str) -> Result<Self, Failure> {
        let tests = Path::new(chart).join("tests");
        let named = args.text(&flags::SNAPSHOT_SETTINGS).filter(|name| !name.is_empty());
        let file = named.map_or_else(|| tests.join("snapshot.yaml"), PathBuf::from);
        let text = match named {
            Some(_) => Some(whole_file::read(&file)?),
            // An archive, or a chart within this program, has no folder of tests.
            None if !Path::new(chart).is_dir() => None,
            None => whole_file::read_if_there(&file)?,
        };
        let base = file.parent().map(Path::to_owned).unwrap_or_default();
        let mut settings = Self { base, ..Self::default() };
        if let Some(text) = text {
            Reader { file: &file, text: &text }.settings(&mut settings)?;
        }
        let given = |flag| args.text(flag).filter(|path| !path.is_empty()).map(PathBuf::from);
        if let Some(cases) = given(&flags::SNAPSHOT_CASES) {
            settings.cases = cases;
        } else if settings.cases.as_os_str().is_empty() {
            let usual = tests.join("cases");
            let ci = Path::new(chart).join("ci");
            settings.cases = if !usual.exists() && ci.is_dir() { ci } else { usual };
        }
        if let Some(snapshots) = given(&flags::SNAPSHOT_FOLDER) {
            settings.snapshots = snapshots;
        } else if settings.snapshots.as_os_str().is_empty() {
            settings.snapshots = tests.join("snapshots");
        }
        Ok(settings)
    }

    /// Gives how a case is rendered.
    pub(super) fn options(&self, case: &str) -> Options {
        let mut options = self.all.clone();
        let Some(own) = self.each.get(case).cloned() else { return options };
        macro_rules! replace {
            ($($field:ident)*) => { $(options.$field = own.$field.or(options.$field);)* };
        }
        macro_rules! extend {
            ($($field:ident)*) => { $(options.$field.extend(own.$field);)* };
        }
        replace!(release namespace kube_version profile seed now secrets include_crds is_upgrade fails);
        extend!(api_versions values set set_string mask);
        options
    }
}

/// A walk through a file of settings.
struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn failure(&self, offset: usize, why: &str) -> Failure {
        let location = Location::of(self.file.display().to_string(), self.text, offset);
        Failure(format!("{location}: {why}"))
    }

    fn settings(&self, settings: &mut Settings) -> Result<(), Failure> {
        let tree = pintle_yaml::parse(self.text).map_err(|error| {
            let offset = match &error {
                pintle_yaml::Error::Yaml { offset, .. } => *offset,
                _ => 0,
            };
            self.failure(offset, &error.to_string())
        })?;
        let Some(root) = tree.root().map(Node::target) else { return Ok(()) };
        self.is_map(root, "settings are")?;
        for (key, value) in root.entries() {
            let value = value.target();
            match self.key(key)? {
                "folder" => settings.cases = settings.base.join(self.string(value)?),
                "snapshots" => settings.snapshots = settings.base.join(self.string(value)?),
                "cases" => {
                    self.is_map(value, "cases are")?;
                    for (name, options) in value.entries() {
                        let name = self.key(name)?.to_owned();
                        let read = settings.each.entry(name).or_default();
                        self.options(options.target(), read)?;
                    }
                }
                name => self.option(name, key, value, &mut settings.all)?,
            }
        }
        Ok(())
    }

    fn options(&self, node: Node<'_, '_>, options: &mut Options) -> Result<(), Failure> {
        if matches!(node.kind(), NodeKind::Scalar("" | "null" | "~", _)) {
            return Ok(());
        }
        self.is_map(node, "what counts for a case is")?;
        for (key, value) in node.entries() {
            self.option(self.key(key)?, key, value.target(), options)?;
        }
        Ok(())
    }

    fn option(
        &self,
        name: &str,
        key: Node<'_, '_>,
        value: Node<'_, '_>,
        options: &mut Options,
    ) -> Result<(), Failure> {
        let invalid = |why: String| self.failure(value.span().start, &why);
        match name {
            "release" => options.release = Some(self.string(value)?.to_owned()),
            "namespace" => options.namespace = Some(self.string(value)?.to_owned()),
            "kubeVersion" => options.kube_version = Some(self.string(value)?.to_owned()),
            "apiVersions" => options.api_versions.extend(self.strings(value)?),
            "profile" => {
                let name = self.string(value)?;
                let known: Vec<&str> = Profile::ALL.iter().map(|profile| profile.name).collect();
                let unknown = || {
                    invalid(format!("unknown profile {name:?}: there are {}", known.join(" and ")))
                };
                options.profile = Some(Profile::by_name(name).ok_or_else(unknown)?);
            }
            "seed" => {
                let text = self.string(value)?;
                options.seed =
                    Some(text.parse().map_err(|_| invalid(format!("{text} is no number from 0")))?);
            }
            "now" => {
                let text = self.string(value)?;
                let time = text.parse().map_err(|_| {
                    invalid(format!("{text} is no time such as 2026-01-31T08:00:00Z"))
                });
                options.now = Some(time?);
            }
            "values" => options.values.extend(self.strings(value)?),
            "set" => options.set.extend(self.strings(value)?),
            "setString" => options.set_string.extend(self.strings(value)?),
            "mask" => {
                for text in self.strings(value)? {
                    options.mask.push(text.parse().map_err(|error| invalid(format!("{error}")))?);
                }
            }
            "secrets" => {
                options.secrets = Some(match self.string(value)? {
                    "digest" => Secrets::Digest,
                    "masked" => Secrets::Masked,
                    "shown" => Secrets::Shown,
                    other => {
                        return Err(invalid(format!(
                            "{other} is unknown: there are digest, masked and shown"
                        )));
                    }
                });
            }
            "includeCrds" => options.include_crds = Some(self.boolean(value)?),
            "isUpgrade" => options.is_upgrade = Some(self.boolean(value)?),
            "fails" => options.fails = Some(self.boolean(value)?),
            unknown => {
                let known = KEYS.iter().chain(TOP_KEYS).copied();
                let near = near::of(unknown, known)
                    .first()
                    .map(|near| format!("; did you mean {near:?}?"));
                let why = format!("unknown key {unknown:?}{}", near.unwrap_or_default());
                return Err(self.failure(key.span().start, &why));
            }
        }
        Ok(())
    }

    fn is_map(&self, node: Node<'_, '_>, what: &str) -> Result<(), Failure> {
        match node.kind() {
            NodeKind::Mapping => Ok(()),
            _ => Err(self.failure(node.span().start, &format!("{what} a map"))),
        }
    }

    fn key<'t>(&self, node: Node<'t, '_>) -> Result<&'t str, Failure> {
        match node.kind() {
            NodeKind::Scalar(text, _) => Ok(text),
            _ => Err(self.failure(node.span().start, "a key is a word")),
        }
    }

    fn string<'t>(&self, node: Node<'t, '_>) -> Result<&'t str, Failure> {
        match node.kind() {
            NodeKind::Scalar(text, _) if !text.is_empty() => Ok(text),
            _ => Err(self.failure(node.span().start, "expected a text")),
        }
    }

    /// Gives the texts of a list, or one text as if it were one.
    fn strings(&self, node: Node<'_, '_>) -> Result<Vec<String>, Failure> {
        if node.kind() == NodeKind::Sequence {
            return node
                .items()
                .map(|item| self.string(item.target()).map(str::to_owned))
                .collect();
        }
        self.string(node).map(|text| vec![text.to_owned()])
    }

    fn boolean(&self, node: Node<'_, '_>) -> Result<bool, Failure> {
        match node.kind() {
            NodeKind::Scalar("true", _) => Ok(true),
            NodeKind::Scalar("false", _) => Ok(false),
            _ => Err(self.failure(node.span().start, "expected true or false")),
        }
    }
}
