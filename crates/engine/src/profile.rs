//! Profiles: what sets one Helm version apart from another, as a set of small switches.
//!
//! This is the only place that knows version names. To add a version, add a constant here.

use pintle_chart::LoadRules;
use pintle_chart::coalesce::{Aliases, CoalesceRules};
use pintle_chart::ignore::LeadingSlashes;
use pintle_chart::load::{ApiVersions, Documents, Links, MAX_FILE_SIZE, Reads};
use pintle_chart::values::ValueRules;
use pintle_gotmpl::Type;
use pintle_manifest::{INSTALL_ORDER, INSTALL_ORDER_WITHOUT_WEBHOOKS, Rules, SplitRules};

use crate::capabilities::KubeVersionRules;
use crate::error::ErrorLayout;
pub use crate::funcs::FunctionSet;

/// How one Helm version behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// the name by which users select it
    pub name: &'static str,
    /// what `.Capabilities.HelmVersion.Version` and `version` say
    pub helm_version: &'static str,
    /// the Go release this Helm is built with
    pub go_version: &'static str,
    /// `.Capabilities.HelmVersion.KubeClientVersion`, where there is one
    pub kube_client_version: Option<&'static str>,
    /// the functions templates may call
    pub functions: FunctionSet,
    /// how failures of templates are laid out
    pub errors: ErrorLayout,
    /// what is kept of `--kube-version`
    pub kube_version: KubeVersionRules,
    /// whether `.Chart` is a map, in which a missing field is nothing; else it is a struct, in which it is an error
    pub chart_is_map: bool,
    /// the package whose name `typeOf .Values` and `typeOf .Capabilities` show
    pub values_package: ValuesPackage,
    /// how charts are loaded
    pub load: LoadRules,
    /// how values meet chart defaults
    pub coalesce: CoalesceRules,
    /// how values files and `--set-json` are read
    pub values: ValueRules,
    /// how rendered files become objects
    pub manifests: Rules,
    /// how notices are written on standard error
    pub log: LogLayout,
    /// which flags the command line has, and how its failures are worded
    pub command_line: CommandLine,
}

/// The generation of Helm's command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandLine {
    /// Helm 4's flags, and failures that say which step failed
    Helm4,
    /// Helm 3's
    Helm3,
}

/// The Go package that holds Helm's value types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuesPackage {
    /// `common.Values`
    Common,
    /// `chartutil.Values`
    Chartutil,
}

impl ValuesPackage {
    /// Gives the type of `.Values`.
    pub(crate) fn values_type(self) -> &'static Type {
        match self {
            Self::Common => &Type::Named("common.Values"),
            Self::Chartutil => &Type::Named("chartutil.Values"),
        }
    }

    /// Gives the package's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Chartutil => "chartutil",
        }
    }
}

/// How Helm writes notices on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLayout {
    /// `level=INFO msg=…`, Go's `log/slog`
    Structured,
    /// a date, a file and a text, Go's `log`
    Plain,
}

impl Profile {
    /// Helm 4.3.1.
    pub const HELM_4_3: Self = Self {
        name: "helm-4.3",
        helm_version: "v4.3.1",
        go_version: "go1.26.8",
        kube_client_version: Some("v1.37"),
        functions: FunctionSet::Helm4,
        errors: ErrorLayout::Lines,
        kube_version: KubeVersionRules::KeepSuffix,
        chart_is_map: true,
        values_package: ValuesPackage::Common,
        load: LoadRules {
            documents: Documents::All,
            api_versions: ApiVersions::Known,
            max_file_size: None,
            links: Links::InsideChart,
            leading_slashes: LeadingSlashes::One,
            reads: Reads::AtOnce,
            go_package: "v2",
        },
        coalesce: CoalesceRules { drops_null_defaults: true, aliases: Aliases::Apart },
        values: ValueRules {
            documents: Documents::All,
            takes_json_objects: true,
            rejects_open_index: false,
        },
        manifests: Rules {
            split: SplitRules::LINE_START,
            order: INSTALL_ORDER,
            head_type: "util.SimpleHead",
        },
        log: LogLayout::Structured,
        command_line: CommandLine::Helm4,
    };

    /// Helm 3.22.0.
    pub const HELM_3_22: Self = Self {
        name: "helm-3.22",
        helm_version: "v3.22.0",
        go_version: "go1.26.8",
        kube_client_version: None,
        functions: FunctionSet::Helm3,
        errors: ErrorLayout::Raw,
        kube_version: KubeVersionRules::NumbersOnly,
        chart_is_map: false,
        values_package: ValuesPackage::Chartutil,
        load: LoadRules {
            documents: Documents::First,
            api_versions: ApiVersions::Any,
            max_file_size: Some(MAX_FILE_SIZE),
            links: Links::InsideChart,
            leading_slashes: LeadingSlashes::OneEachTime,
            reads: Reads::AtOnce,
            go_package: "chart",
        },
        coalesce: CoalesceRules { drops_null_defaults: false, aliases: Aliases::Together },
        values: ValueRules {
            documents: Documents::First,
            takes_json_objects: false,
            rejects_open_index: true,
        },
        manifests: Rules {
            split: SplitRules::SWALLOW_SPACE,
            order: INSTALL_ORDER_WITHOUT_WEBHOOKS,
            head_type: "releaseutil.SimpleHead",
        },
        log: LogLayout::Plain,
        command_line: CommandLine::Helm3,
    };

    /// All profiles, the default one first.
    pub const ALL: &'static [Self] = &[Self::HELM_4_3, Self::HELM_3_22];

    /// Finds a profile by its name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|profile| profile.name == name).copied()
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::HELM_4_3
    }
}
