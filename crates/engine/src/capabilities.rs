//! `.Capabilities`: the Kubernetes version, its API versions, and Helm's own version.
//!
//! Source: `pkg/chart/common/capabilities.go`, Helm v4, and `pkg/chartutil/capabilities.go`, Helm v3.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use pintle_chart::semver;
use pintle_gotmpl::{FuncError, Kind, List, Object, Str, Type, Value};

use crate::Profile;

/// The API versions Helm knows without a cluster, in the order of its scheme.
///
/// Source: `DefaultVersionSet`, made of client-go 0.37's scheme and the API extensions.
const API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// A version of Kubernetes, as charts see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// the full version, with a `v`: `v1.34.0-gke.1`
    pub version: String,
    /// what ranges are checked against, with a `v`: `v1.34.0`
    pub normalized: String,
    /// the first number
    pub major: String,
    /// the second number
    pub minor: String,
}

/// What a Helm version keeps of `--kube-version` behind the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KubeVersionRules {
    /// `.Version` is as it was given, `v1.34.0-gke.1`
    KeepSuffix,
    /// `.Version` has the numbers only
    NumbersOnly,
}

impl Default for KubeVersion {
    /// The version Helm assumes without a cluster: v1.37.0.
    fn default() -> Self {
        Self {
            version: "v1.37.0".to_owned(),
            normalized: "v1.37.0".to_owned(),
            major: "1".to_owned(),
            minor: "37".to_owned(),
        }
    }
}

impl KubeVersion {
    /// Reads a version: at least two numbers, then anything.
    ///
    /// Source: `ParseGeneric` in `k8s.io/apimachinery/pkg/util/version`.
    ///
    /// # Errors
    ///
    /// Kubernetes' words, such as `could not parse "x" as version`.
    pub fn parse(text: &str, rules: KubeVersionRules) -> Result<Self, String> {
        let quoted = || pintle_gotmpl::value::number::quote(text.as_bytes());
        let trimmed = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        let trimmed = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let mut components: Vec<u64> = Vec::new();
        let mut rest = trimmed;
        loop {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let digits = &rest[..end];
            if digits.is_empty() {
                break;
            }
            if components.is_empty() && digits.len() > 1 && digits.starts_with('0') {
                return Err(format!(
                    "illegal zero-prefixed version component \"{digits}\" in {}",
                    quoted()
                ));
            }
            let number = digits.parse().map_err(|_| {
                format!(
                    "illegal non-numeric version component \"{digits}\" in {}: strconv.ParseUint: parsing \"{digits}\": \
                     value out of range",
                    quoted()
                )
            })?;
            components.push(number);
            let Some(next) = rest[end..].strip_prefix('.') else { break };
            rest = next;
        }
        match components[..] {
            [] => Err(format!("could not parse {} as version", quoted())),
            [_] => Err(format!("illegal version string {}", quoted())),
            [major, minor, ..] => {
                let numbers: Vec<String> = components.iter().map(u64::to_string).collect();
                let normalized = format!("v{}", numbers.join("."));
                let prefix = if text.starts_with('v') { "" } else { "v" };
                let version = match rules {
                    KubeVersionRules::KeepSuffix => format!("{prefix}{text}"),
                    KubeVersionRules::NumbersOnly => normalized.clone(),
                };
                Ok(Self { version, normalized, major: major.to_string(), minor: minor.to_string() })
            }
        }
    }

    /// Tells whether a chart that asks for `range` takes this version; a range that does not parse takes none.
    pub fn satisfies(&self, range: &str) -> bool {
        let (Ok(version), Ok(range)) =
            (semver::Version::parse(&self.normalized), semver::Constraint::parse(range))
        else {
            return false;
        };
        range.check(&version)
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normalized)
    }
}

/// What a render is told of the cluster.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// the version of Kubernetes
    pub kube_version: KubeVersion,
    /// what `.Capabilities.APIVersions.Has` finds
    pub api_versions: Arc<[Str]>,
}

impl Default for Capabilities {
    /// What Helm assumes without a cluster.
    fn default() -> Self {
        Self::new(KubeVersion::default(), std::iter::empty::<&str>())
    }
}

impl Capabilities {
    /// Makes the capabilities of a version, with more API versions behind those Helm knows.
    pub fn new<S: AsRef<str>>(
        kube_version: KubeVersion,
        more: impl IntoIterator<Item = S>,
    ) -> Self {
        let known = API_VERSIONS.iter().copied().map(Str::from);
        let api_versions =
            known.chain(more.into_iter().map(|version| Str::from(version.as_ref()))).collect();
        Self { kube_version, api_versions }
    }

    /// Gives what templates see as `.Capabilities`.
    pub(crate) fn value(&self, profile: &Profile) -> Value {
        Value::Object(Rc::new(CapabilitiesObject { capabilities: self.clone(), profile: *profile }))
    }
}

/// `*common.Capabilities`.
#[derive(Debug)]
struct CapabilitiesObject {
    capabilities: Capabilities,
    profile: Profile,
}

impl Object for CapabilitiesObject {
    fn type_name(&self) -> Cow<'static, str> {
        format!("*{}.Capabilities", self.profile.values_package.name()).into()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn field(&self, name: &str) -> Option<Value> {
        let package = self.profile.values_package.name();
        match name {
            "KubeVersion" => Some(Value::Object(Rc::new(KubeVersionObject {
                version: self.capabilities.kube_version.clone(),
                rules: self.profile.kube_version,
                package,
                is_behind_pointer: true,
            }))),
            "APIVersions" => Some(Value::Object(Rc::new(VersionSet {
                versions: Arc::clone(&self.capabilities.api_versions),
                package,
            }))),
            "HelmVersion" => Some(build_info(&self.profile)),
            _ => None,
        }
    }

    fn call(&self, name: &str, _args: &[Value]) -> Option<Result<Value, FuncError>> {
        (name == "Copy").then(|| Ok(self.capabilities.value(&self.profile)))
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        (method == "Copy").then_some((&[], false))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let field = |name| (name, self.field(name).unwrap_or(Value::Nil));
        vec![field("KubeVersion"), field("APIVersions"), field("HelmVersion")]
    }

    fn deep_copy(&self) -> Option<Value> {
        let mut capabilities = self.capabilities.clone();
        capabilities.kube_version.normalized.clear();
        Some(Value::Object(Rc::new(Self { capabilities, ..*self })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `common.KubeVersion`; templates reach it through a pointer, so it has its methods.
#[derive(Debug)]
struct KubeVersionObject {
    version: KubeVersion,
    rules: KubeVersionRules,
    package: &'static str,
    /// whether it is a part of the capabilities, and no copy on its own
    is_behind_pointer: bool,
}

impl KubeVersionObject {
    /// Gives what its `String` method gives.
    fn text(&self) -> &str {
        let KubeVersion { normalized, version, .. } = &self.version;
        if normalized.is_empty() { version } else { normalized }
    }
}

impl Object for KubeVersionObject {
    fn type_name(&self) -> Cow<'static, str> {
        format!("{}.KubeVersion", self.package).into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::string(match name {
            "Version" => self.version.version.as_str(),
            "Major" => &self.version.major,
            "Minor" => &self.version.minor,
            _ => return None,
        }))
    }

    fn call(&self, name: &str, _args: &[Value]) -> Option<Result<Value, FuncError>> {
        match name {
            _ if !self.is_behind_pointer => None,
            "String" => Some(Ok(Value::string(self.text()))),
            "GitVersion" => Some(Ok(Value::string(self.version.version.as_str()))),
            _ => None,
        }
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        let is_method = self.is_behind_pointer && matches!(method, "String" | "GitVersion");
        is_method.then_some((&[], false))
    }

    fn in_interface(&self) -> Option<Value> {
        let copy = || Self { version: self.version.clone(), is_behind_pointer: false, ..*self };
        self.is_behind_pointer.then(|| Value::Object(Rc::new(copy())))
    }

    fn display_through_pointer(&self) -> Option<Str> {
        self.is_behind_pointer.then(|| self.text().into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let field = |name| (name, self.field(name).unwrap_or(Value::Nil));
        let mut fields = vec![field("Version"), field("Major"), field("Minor")];
        if self.rules == KubeVersionRules::KeepSuffix {
            fields
                .insert(1, ("normalizedVersion", Value::string(self.version.normalized.as_str())));
        }
        fields
    }

    fn json_fields(&self) -> Option<Vec<(Cow<'static, str>, Value)>> {
        let field = |name: &'static str| (name.into(), self.field(name).unwrap_or(Value::Nil));
        Some(vec![field("Version"), field("Major"), field("Minor")])
    }

    fn deep_copy(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(Self {
            version: KubeVersion { normalized: String::new(), ..self.version.clone() },
            is_behind_pointer: false,
            ..*self
        })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `common.VersionSet`, a `[]string` with `Has`.
#[derive(Debug)]
struct VersionSet {
    versions: Arc<[Str]>,
    package: &'static str,
}

impl Object for VersionSet {
    fn type_name(&self) -> Cow<'static, str> {
        format!("{}.VersionSet", self.package).into()
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FuncError>> {
        let version = args.first().and_then(Value::as_bytes).unwrap_or_default();
        (name == "Has")
            .then(|| Ok(Value::Bool(self.versions.iter().any(|known| known.as_bytes() == version))))
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        (method == "Has").then_some((&[Type::String], false))
    }

    fn underlying(&self) -> Option<Value> {
        let items: Vec<Value> = self.versions.iter().cloned().map(Value::String).collect();
        Some(List::of(&Type::String, items).into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Gives what `version` shows, and templates see as `.Capabilities.HelmVersion`.
pub(crate) fn build_info(profile: &Profile) -> Value {
    Value::Object(Rc::new(BuildInfo { profile: *profile }))
}

/// `version.BuildInfo`.
#[derive(Debug)]
struct BuildInfo {
    profile: Profile,
}

impl Object for BuildInfo {
    fn type_name(&self) -> Cow<'static, str> {
        "version.BuildInfo".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::string(match name {
            "Version" => self.profile.helm_version,
            "GitCommit" | "GitTreeState" => "",
            "GoVersion" => self.profile.go_version,
            "KubeClientVersion" => self.profile.kube_client_version?,
            _ => return None,
        }))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let names = ["Version", "GitCommit", "GitTreeState", "GoVersion", "KubeClientVersion"];
        names.into_iter().filter_map(|name| Some((name, self.field(name)?))).collect()
    }

    fn json_fields(&self) -> Option<Vec<(Cow<'static, str>, Value)>> {
        let names = [
            ("version", "Version"),
            ("go_version", "GoVersion"),
            ("kube_client_version", "KubeClientVersion"),
        ];
        Some(
            names
                .into_iter()
                .filter_map(|(key, field)| Some((key.into(), self.field(field)?)))
                .collect(),
        )
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
