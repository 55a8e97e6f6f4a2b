//! What the surroundings of a call say: who it was called as, its environment variables, the kubeconfig.
//!
//! Source: `EnvSettings` in `pkg/cli/environment.go`, Helm v4.

use std::env;
use std::path::{Path, PathBuf};

use pintle_chart::path;
use pintle_engine::Profile;

use crate::args::{Args, flags};
use crate::kubeconfig;
use crate::print::Failure;

/// The name under which the program is nothing but Helm.
const HELM: &str = "helm";
/// The program's own name.
const PINTLE: &str = "pintle";

/// Tells as whom the program was called, by the file name it was called by.
///
/// As `helm` it has Helm's commands, flags and version text and no others; as anything else it is itself.
pub(crate) fn program(called_by: Option<&str>) -> &'static str {
    let stem = called_by.map(Path::new).and_then(Path::file_stem);
    if stem.is_some_and(|stem| stem == HELM) { HELM } else { PINTLE }
}

/// Tells whether the program is itself, and not Helm.
pub(crate) fn is_ours(program: &str) -> bool {
    program == PINTLE
}

/// Gives an environment variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Chooses the version of Helm to follow: `--profile`, else `PINTLE_PROFILE`, else the newest.
///
/// # Errors
///
/// A name that no profile has.
pub(crate) fn profile(flag: Option<&str>) -> Result<Profile, Failure> {
    let Some(name) = flag.map(str::to_owned).or_else(|| variable("PINTLE_PROFILE")) else {
        return Ok(Profile::default());
    };
    Profile::by_name(&name).ok_or_else(|| {
        let names: Vec<&str> = Profile::ALL.iter().map(|profile| profile.name).collect();
        Failure(format!("unknown profile {name:?}: there are {}", names.join(" and ")))
    })
}

/// Tells whether debug lines are wanted: `--debug`, else `HELM_DEBUG`.
pub(crate) fn debug(args: &Args) -> bool {
    if args.is_given(&flags::DEBUG) {
        return args.is_on(&flags::DEBUG);
    }
    variable("HELM_DEBUG")
        .is_some_and(|value| ["1", "t", "T", "true", "TRUE", "True"].contains(&value.as_str()))
}

/// Tells whether what is written has colours: as `--color` says, else only on a terminal, unless `NO_COLOR` is set or `TERM`
/// is `dumb`.
pub(crate) fn has_colour(args: &Args, is_terminal: bool) -> bool {
    let mode = args.text(&flags::COLOUR).or_else(|| args.text(&flags::COLOR)).unwrap_or("auto");
    let is_dumb = || variable("TERM").is_some_and(|term| term == "dumb");
    match mode {
        "always" => true,
        "never" => false,
        _ => is_terminal && variable("NO_COLOR").is_none() && !is_dumb(),
    }
}

/// Tells whether the program runs where nobody looks on: `CI` is set, to something that does not say no.
pub(crate) fn is_ci() -> bool {
    variable("CI")
        .is_some_and(|value| !["0", "false", "no"].contains(&value.to_lowercase().as_str()))
}

/// Gives the namespace of the release: `--namespace`, else `HELM_NAMESPACE`, else that of the kubeconfig's context,
/// else that of the pod the program runs in, else `default`.
pub(crate) fn namespace(args: &Args) -> String {
    let given = args.text(&flags::NAMESPACE).map(str::to_owned);
    if let Some(namespace) =
        given.or_else(|| variable("HELM_NAMESPACE")).filter(|name| !name.is_empty())
    {
        return namespace;
    }
    let context =
        args.text(&flags::KUBE_CONTEXT).map(str::to_owned).or_else(|| variable("HELM_KUBECONTEXT"));
    match kubeconfig::namespace(&kubeconfig_paths(args), context.as_deref()) {
        Ok(Some(namespace)) => namespace,
        Ok(None) => kubeconfig::namespace_of_pod().unwrap_or_else(|| "default".to_owned()),
        Err(kubeconfig::Unreadable) => "default".to_owned(),
    }
}

/// Gives the file with the names of repositories: `--repository-config`, else `HELM_REPOSITORY_CONFIG`, else the one in
/// Helm's configuration folder.
pub(crate) fn repository_config(args: &Args) -> String {
    let given = args.text(&flags::REPOSITORY_CONFIG).map(str::to_owned);
    given.or_else(|| variable("HELM_REPOSITORY_CONFIG")).unwrap_or_else(|| {
        let folder = if cfg!(target_os = "macos") { "Library/Preferences" } else { ".config" };
        helm_path("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", folder, "repositories.yaml")
    })
}

/// Gives the folder with the indexes of repositories: `--repository-cache`, else `HELM_REPOSITORY_CACHE`, else the one in
/// Helm's cache folder.
pub(crate) fn repository_cache(args: &Args) -> String {
    let given = args.text(&flags::REPOSITORY_CACHE).map(str::to_owned);
    given.or_else(|| variable("HELM_REPOSITORY_CACHE")).unwrap_or_else(|| {
        let folder = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        helm_path("HELM_CACHE_HOME", "XDG_CACHE_HOME", folder, "repository")
    })
}

/// Gives a path below Helm's folder of one kind: a variable of Helm's says which, or one of the system's, or it is the
/// usual one in the home folder.
///
/// Source: `lazypath` in `pkg/helmpath/lazypath.go`, Helm v4.
fn helm_path(helm: &str, system: &str, usual: &str, name: &str) -> String {
    if let Some(folder) = variable(helm) {
        return path::join(&folder, name);
    }
    let home = || env::home_dir().map(|home| home.to_string_lossy().into_owned());
    let folder = variable(system).unwrap_or_else(|| path::join(&home().unwrap_or_default(), usual));
    path::join(&folder, &format!("helm/{name}"))
}

pub(crate) fn kubeconfig_paths(args: &Args) -> Vec<PathBuf> {
    if let Some(path) = args.text(&flags::KUBECONFIG).filter(|path| !path.is_empty()) {
        return vec![path.into()];
    }
    match variable("KUBECONFIG") {
        Some(paths) => {
            env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect()
        }
        None => env::home_dir().map(|home| home.join(".kube/config")).into_iter().collect(),
    }
}
