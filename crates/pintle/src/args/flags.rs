//! The flags of all commands.
//!
//! Those of Helm's commands are Helm's, in both generations. What acts only on a cluster or a network is accepted and
//! checked, so that one command line serves Helm and pintle; a flag that asks for either is refused when it runs.
//!
//! Source: `addInstallFlags`, `addValueOptionsFlags` and `addChartPathOptionsFlags` in `pkg/cmd`, `EnvSettings.AddFlags`
//! in `pkg/cli`, Helm v4; the same in `cmd/helm`, Helm v3.

use pintle_engine::CommandLine::{Helm3, Helm4};

use super::Flag;
use super::Kind::{
    Bool, Duration, Float, Format, Integer, List, OptionalText, Pairs, Plugin, Program, Text,
    Texts, Unsigned, Wait,
};

/// Declares flags as constants and a table of them.
macro_rules! flags {
    ($(#[$doc:meta])* $table:ident; $($name:ident = $flag:expr;)*) => {
        $(pub(crate) static $name: Flag = $flag;)*
        $(#[$doc])*
        pub(crate) const $table: &[&Flag] = &[$(&$name),*];
    };
}

flags! {
    /// Flags of this program alone, for every command.
    OWN;
    PROFILE = Flag::new("profile", Text, "the version of Helm to follow: helm-4.3 or helm-3.22");
    SEED = Flag::new("seed", Unsigned, "make renders repeat themselves: time stands still, random values follow from this number");
}

flags! {
    /// Flags of every command of Helm.
    GLOBAL;
    BURST_LIMIT = Flag::new("burst-limit", Integer, "most requests to the cluster in one burst");
    COLOR = Flag::new("color", Text, "when to use colours: never, auto or always").only(Helm4);
    COLOUR = Flag::new("colour", Text, "when to use colours: never, auto or always").only(Helm4);
    CONTENT_CACHE = Flag::new("content-cache", Text, "folder of downloaded charts").only(Helm4);
    DEBUG = Flag::new("debug", Bool, "say more");
    HELP = Flag::new("help", Bool, "show this text").short('h');
    KUBE_APISERVER = Flag::new("kube-apiserver", Text, "address and port of the API server");
    KUBE_AS_GROUP = Flag::new("kube-as-group", Texts, "group to act as (may be repeated)");
    KUBE_AS_USER = Flag::new("kube-as-user", Text, "user to act as");
    KUBE_CA_FILE = Flag::new("kube-ca-file", Text, "file of the authority that signed the API server's certificate");
    KUBE_CONTEXT = Flag::new("kube-context", Text, "context of the kubeconfig to use");
    KUBE_INSECURE_SKIP_TLS_VERIFY = Flag::new("kube-insecure-skip-tls-verify", Bool, "do not check the API server's certificate");
    KUBE_TLS_SERVER_NAME = Flag::new("kube-tls-server-name", Text, "name to expect in the API server's certificate");
    KUBE_TOKEN = Flag::new("kube-token", Text, "bearer token for the API server");
    KUBECONFIG = Flag::new("kubeconfig", Text, "path of the kubeconfig file");
    NAMESPACE = Flag::new("namespace", Text, "namespace of the release").short('n');
    QPS = Flag::new("qps", Float, "requests to the cluster per second");
    REGISTRY_CONFIG = Flag::new("registry-config", Text, "path of the file with registry logins");
    REPOSITORY_CACHE = Flag::new("repository-cache", Text, "folder of repository indexes");
    REPOSITORY_CONFIG = Flag::new("repository-config", Text, "path of the file with repositories");
    LOG_ADD_DIR_HEADER = Flag::new("add-dir-header", Bool, "").hidden();
    LOG_ALSO_TO_STDERR = Flag::new("alsologtostderr", Bool, "").hidden();
    LOG_ALSO_TO_STDERR_THRESHOLD = Flag::new("alsologtostderrthreshold", Text, "").hidden();
    LOG_LEGACY_THRESHOLD = Flag::new("legacy-stderr-threshold-behavior", Bool, "").hidden();
    LOG_BACKTRACE_AT = Flag::new("log-backtrace-at", Text, "").hidden();
    LOG_DIR = Flag::new("log-dir", Text, "").hidden();
    LOG_FILE = Flag::new("log-file", Text, "").hidden();
    LOG_FILE_MAX_SIZE = Flag::new("log-file-max-size", Unsigned, "").hidden();
    LOG_TO_STDERR = Flag::new("logtostderr", Bool, "").hidden();
    LOG_ONE_OUTPUT = Flag::new("one-output", Bool, "").hidden();
    LOG_SKIP_HEADERS = Flag::new("skip-headers", Bool, "").hidden();
    LOG_SKIP_LOG_HEADERS = Flag::new("skip-log-headers", Bool, "").hidden();
    LOG_STDERR_THRESHOLD = Flag::new("stderrthreshold", Text, "").hidden();
    LOG_LEVEL = Flag::new("v", Integer, "").short('v').hidden();
    LOG_MODULES = Flag::new("vmodule", Text, "").hidden();
}

flags! {
    /// Flags that give values.
    VALUE_FLAGS;
    SET = Flag::new("set", Texts, "set values: key1=val1,key2=val2 (may be repeated)");
    SET_FILE = Flag::new("set-file", Texts, "set values to the text of files: key1=path1,key2=path2 (may be repeated)");
    SET_JSON = Flag::new("set-json", Texts, "set values to JSON: key1=json1,key2=json2 (may be repeated)");
    SET_LITERAL = Flag::new("set-literal", Texts, "set a value to a text as it stands: key=text (may be repeated)");
    SET_STRING = Flag::new("set-string", Texts, "set values that stay strings: key1=val1,key2=val2 (may be repeated)");
    VALUES = Flag::new("values", List, "read values from a YAML file, - for standard input (may be repeated)").short('f');
}

flags! {
    /// Flags of this program alone for values that come from Compose files.
    COMPOSE_FLAGS;
    ALLOW_PRIVILEGED = Flag::new("allow-privileged", Bool, "let Compose services be privileged");
    COMPOSE = Flag::new("compose", Texts, "read values from a Compose file, as -f does with names that end in compose.yaml (may be repeated)");
    COMPOSE_ENV = Flag::new("compose-env", Texts, "variable for Compose files: NAME=VALUE (may be repeated)");
    COMPOSE_ENV_FILE = Flag::new("compose-env-file", Texts, "file of variables for Compose files, in place of .env (may be repeated)");
    COMPOSE_IMAGE = Flag::new("compose-image", Texts, "image of a Compose service: SERVICE=IMAGE (may be repeated)");
    COMPOSE_PROFILE = Flag::new("compose-profile", Texts, "active profile of Compose files, * for all (may be repeated)");
    LISTED_PORTS = Flag::new("listed-ports", Bool, "let Compose services reach only ports that ports or expose list, where any is");
}

flags! {
    /// Flags of `compose convert` alone.
    CONVERT_FLAGS;
    COMPAT = Flag::new("compat", Text, "inspect: what inspect-k8s-sandbox makes of the file, text for text");
    CONVERT_PROFILE = Flag::new("profile", Texts, "active profile, * for all (may be repeated)");
    ENV = Flag::new("env", Texts, "variable: NAME=VALUE (may be repeated)");
    ENV_FILE = Flag::new("env-file", Texts, "file of variables, in place of .env (may be repeated)");
    IMAGE = Flag::new("image", Texts, "image of a service: SERVICE=IMAGE (may be repeated)");
    OUTPUT = Flag::new("output", Text, "file to write to, whole or not at all").short('o');
}

/// Those of the flags above that `compose convert` has as well.
pub(crate) const CONVERT_SWITCHES: &[&Flag] = &[&ALLOW_PRIVILEGED, &LISTED_PORTS];

flags! {
    /// Flags of the commands below `agentrun`.
    AGENTRUN_FLAGS;
    DEFAULTS = Flag::new("defaults", Text, "file with the defaults of runs as the chart agents mounts it, or the folder with defaults.json and profiles.json");
    AGENTRUN_OUTPUT = Flag::new("output", Text, "yaml or json").short('o');
    AGENTRUN_RELEASE = Flag::new("release", Text, "name of the chart's release, which names are made of (default agents)");
}

flags! {
    /// Flags of `agentrun check` alone.
    AGENTRUN_CHECK_FLAGS;
    AGENTRUN_STRICT = Flag::new("strict", Bool, "deny runs that refer to what is not among the files");
}

flags! {
    /// Flags of `agentrun render` alone.
    AGENTRUN_RENDER_FLAGS;
    AGENTRUN_REPORT = Flag::new("report", Bool, "tell on standard error where each field of the jobs came from, and what it overrode");
}

flags! {
    /// Flags of this program alone for commands that explain what is wrong.
    EXPLAIN_FLAGS;
    EXPLAIN = Flag::new("explain", Bool, "show what is wrong where it stands: the line, the rule, what would be right; terminals are shown it anyway");
    SHOW_SECRETS = Flag::new("show-secrets", Bool, "show values that may be secrets, which are masked otherwise");
}

flags! {
    /// Flags of `values` alone.
    ORIGIN_FLAGS;
    ORIGIN = Flag::new("origin", Bool, "add where each value comes from: file, line and column, or the flag");
    VALUES_OUTPUT = Flag::new("output", Text, "yaml or json").short('o');
}

flags! {
    /// Flags of `diff` alone.
    DIFF_FLAGS;
    DIFF_EXIT_CODE = Flag::new("exit-code", Bool, "exit with 2 if anything changes");
    DIFF_IGNORE = Flag::new("ignore", Texts, "fields to leave out: [KIND[/NAME]:]PATH, such as metadata.labels[helm.sh/chart] or Secret:data.* (may be repeated)");
    DIFF_OUTPUT = Flag::new("output", Text, "text, json, or markdown for a comment on a pull request").short('o');
    DIFF_RELEASE = Flag::new("release", Text, "name of the release that charts are rendered as");
    TO_SET = Flag::new("to-set", Texts, "set values of the new side as well, as --set does (may be repeated)");
    TO_SET_STRING = Flag::new("to-set-string", Texts, "set values of the new side as well, as --set-string does (may be repeated)");
    TO_VALUES = Flag::new("to-values", List, "read values of the new side from a YAML file, in place of those of --values (may be repeated)");
}

flags! {
    /// Flags of the commands below `snapshot`.
    SNAPSHOT_FLAGS;
    SNAPSHOT_CASE = Flag::new("case", List, "cases to look at; * and ? stand for others (may be repeated)");
    SNAPSHOT_CASES = Flag::new("cases", Text, "folder with a values file for each case (default CHART/tests/cases, else CHART/ci)");
    SNAPSHOT_SETTINGS = Flag::new("settings", Text, "file that says how cases are rendered (default CHART/tests/snapshot.yaml)");
    SNAPSHOT_FOLDER = Flag::new("snapshots", Text, "folder of the snapshots (default CHART/tests/snapshots)");
}

flags! {
    /// Flags of `snapshot test` alone.
    SNAPSHOT_TEST_FLAGS;
    UNREFERENCED = Flag::new("unreferenced", Text, "what to do about snapshots without a case: warn, or reject to fail");
}

flags! {
    /// Flags of `snapshot accept` alone.
    SNAPSHOT_ACCEPT_FLAGS;
    UNREFERENCED_ACCEPT = Flag::new("unreferenced", Text, "what to do about snapshots without a case: warn, or delete");
}

flags! {
    /// Flags of `docs` alone.
    DOCS_FLAGS;
    DOCS_BADGES = Flag::new("badge-style", Text, "style of the badges that shields.io draws (default flat-square)");
    DOCS_CHECK = Flag::new("check", Bool, "write nothing, and fail if a README is not as it would be written");
    DOCS_DEPENDENCIES = Flag::new("dependency-values", Bool, "document the values of dependencies too, which are in charts/ or at file://");
    DOCS_DRY_RUN = Flag::new("dry-run", Bool, "print the page, and write nothing");
    DOCS_OUTPUT = Flag::new("output", Text, "file to write to in place of README.md in the chart, - for standard output").short('o');
    DOCS_OVERWRITE = Flag::new("overwrite", Bool, "replace a README that was written by hand");
    DOCS_PAGE = Flag::new("page", Text, "template of the page, in the language of minijinja");
    DOCS_SORT = Flag::new("sort", Text, "order of the values: key, or file");
    DOCS_STRICT = Flag::new("strict", Bool, "fail if a value has no description");
    DOCS_STRICT_IGNORE = Flag::new("strict-ignore", Texts, "regular expression of keys that need no description (may be repeated), in place of those of service types and images");
    DOCS_TEMPLATE = Flag::new("template", Texts, "template for helm-docs, in place of README.md.gotmpl in the chart (may be repeated: they are put together)");
}

flags! {
    /// Flags of `schema infer`.
    SCHEMA_INFER_FLAGS;
    SCHEMA_MAPS = Flag::new("maps", Text, "which maps take keys the default values do not have: those that templates read whole (templates), the empty (closed), or all (open)");
    SCHEMA_OUTPUT = Flag::new("output", Text, "file to write to, whole or not at all, - for standard output").short('o');
    SCHEMA_WRITE = Flag::new("write", Bool, "write values.schema.json in the chart");
}

flags! {
    /// Flags of `schema check`.
    SCHEMA_CHECK_FLAGS;
    SCHEMA_INFERRED = Flag::new("inferred", Bool, "fail if the schema is not what schema infer makes");
}

flags! {
    /// Flags that say where a chart comes from.
    CHART_FLAGS;
    CA_FILE = Flag::new("ca-file", Text, "file of the authority that signed the server's certificate");
    CERT_FILE = Flag::new("cert-file", Text, "certificate to show to the server");
    INSECURE_SKIP_TLS_VERIFY = Flag::new("insecure-skip-tls-verify", Bool, "do not check the server's certificate");
    KEY_FILE = Flag::new("key-file", Text, "key of the certificate to show to the server");
    KEYRING = Flag::new("keyring", Text, "file of public keys to verify with");
    PASS_CREDENTIALS = Flag::new("pass-credentials", Bool, "send credentials to all hosts");
    PASSWORD = Flag::new("password", Text, "password at the repository");
    PLAIN_HTTP = Flag::new("plain-http", Bool, "download without TLS");
    REPO = Flag::new("repo", Text, "URL of the repository that has the chart");
    USERNAME = Flag::new("username", Text, "user at the repository");
    VERIFY = Flag::new("verify", Bool, "verify the package before it is used");
    VERSION = Flag::new("version", Text, "version, or range of versions, of the chart");
}

/// Words on flags that Helm 4 keeps for old command lines.
const NO_EFFECT: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";

flags! {
    /// Flags of `template` alone, and those it shares with installing.
    TEMPLATE_FLAGS;
    API_VERSIONS = Flag::new("api-versions", List, "API versions that charts find in the cluster (may be repeated)").short('a');
    ATOMIC = Flag::new("atomic", Bool, "undo an installation that fails").deprecated(Helm4, "use --rollback-on-failure instead");
    CREATE_NAMESPACE = Flag::new("create-namespace", Bool, "create the namespace if there is none");
    DEPENDENCY_UPDATE = Flag::new("dependency-update", Bool, "fetch missing dependencies first");
    DESCRIPTION = Flag::new("description", Text, "words on the release");
    DEVEL = Flag::new("devel", Bool, "use development versions, too");
    DISABLE_OPENAPI_VALIDATION = Flag::new("disable-openapi-validation", Bool, "do not check objects against the cluster's schema");
    DRY_RUN = Flag::new("dry-run", OptionalText("unset"), "client, or server to ask a cluster").only(Helm4);
    DRY_RUN_3 = Flag::new("dry-run", OptionalText("client"), "client, or server to ask a cluster").only(Helm3);
    ENABLE_DNS = Flag::new("enable-dns", Bool, "let templates look host names up");
    FORCE = Flag::new("force", Bool, "replace objects that cannot be changed").deprecated(Helm4, "use --force-replace instead");
    FORCE_CONFLICTS = Flag::new("force-conflicts", Bool, "take over fields that others manage").only(Helm4);
    FORCE_REPLACE = Flag::new("force-replace", Bool, "replace objects that cannot be changed").only(Helm4);
    GENERATE_NAME = Flag::new("generate-name", Bool, "make a name for the release; NAME is left out").short('g');
    HIDE_NOTES = Flag::new("hide-notes", Bool, "do not show notes").deprecated(Helm4, NO_EFFECT);
    INCLUDE_CRDS = Flag::new("include-crds", Bool, "print the definitions of crds/, too");
    IS_UPGRADE = Flag::new("is-upgrade", Bool, "set .Release.IsUpgrade in place of .Release.IsInstall");
    KUBE_VERSION = Flag::new("kube-version", Text, "version of Kubernetes that charts see");
    LABELS = Flag::new("labels", Pairs, "labels of the release").short('l');
    NAME_TEMPLATE = Flag::new("name-template", Text, "template that makes the release's name");
    NO_HOOKS = Flag::new("no-hooks", Bool, "leave hooks out");
    OUTPUT_DIR = Flag::new("output-dir", Text, "write each template to a file below this folder");
    POST_RENDERER = Flag::new("post-renderer", Plugin, "plugin that changes what was rendered").only(Helm4);
    POST_RENDERER_3 = Flag::new("post-renderer", Program, "program that changes what was rendered").only(Helm3);
    POST_RENDERER_ARGS = Flag::new("post-renderer-args", Texts, "argument of the post-renderer (may be repeated)");
    RELEASE_NAME = Flag::new("release-name", Bool, "put files below a folder named as the release");
    RENDER_SUBCHART_NOTES = Flag::new("render-subchart-notes", Bool, "render the notes of subcharts, too").deprecated(Helm4, NO_EFFECT);
    REPLACE = Flag::new("replace", Bool, "use the name of a deleted release again");
    ROLLBACK_ON_FAILURE = Flag::new("rollback-on-failure", Bool, "undo an installation that fails").only(Helm4);
    SERVER_SIDE = Flag::new("server-side", Bool, "let the server apply changes").only(Helm4);
    SHOW_ONLY = Flag::new("show-only", Texts, "print only what this template made; * and ? stand for others (may be repeated)").short('s');
    SKIP_CRDS = Flag::new("skip-crds", Bool, "do not install the definitions of crds/");
    SKIP_SCHEMA_VALIDATION = Flag::new("skip-schema-validation", Bool, "do not check values against the chart's schema");
    SKIP_TESTS = Flag::new("skip-tests", Bool, "leave tests out");
    TAKE_OWNERSHIP = Flag::new("take-ownership", Bool, "take over objects of other releases");
    TIMEOUT = Flag::new("timeout", Duration, "how long to wait for one operation of the cluster");
    VALIDATE = Flag::new("validate", Bool, "check objects against the cluster").deprecated(Helm4, "use '--dry-run=server' instead");
    WAIT = Flag::new("wait", Wait, "wait until objects are ready: watcher, hookOnly or legacy").only(Helm4);
    WAIT_3 = Flag::new("wait", Bool, "wait until objects are ready").only(Helm3);
    WAIT_FOR_JOBS = Flag::new("wait-for-jobs", Bool, "wait until jobs are done, too");
}

/// Flags that `install` and `upgrade` share with `template`.
pub(crate) const INSTALL_FLAGS: &[&Flag] = &[
    &ATOMIC,
    &CREATE_NAMESPACE,
    &DEPENDENCY_UPDATE,
    &DESCRIPTION,
    &DEVEL,
    &DISABLE_OPENAPI_VALIDATION,
    &DRY_RUN,
    &DRY_RUN_3,
    &ENABLE_DNS,
    &FORCE,
    &FORCE_CONFLICTS,
    &FORCE_REPLACE,
    &LABELS,
    &NO_HOOKS,
    &POST_RENDERER,
    &POST_RENDERER_3,
    &POST_RENDERER_ARGS,
    &ROLLBACK_ON_FAILURE,
    &SKIP_CRDS,
    &SKIP_SCHEMA_VALIDATION,
    &TAKE_OWNERSHIP,
    &TIMEOUT,
    &WAIT,
    &WAIT_3,
    &WAIT_FOR_JOBS,
];

flags! {
    /// Flags of `install` and `upgrade` that `template` has in other words.
    RELEASE_FLAGS;
    HIDE_SECRET = Flag::new("hide-secret", Bool, "leave Secrets out of what a dry run shows");
    RELEASE_HIDE_NOTES = Flag::new("hide-notes", Bool, "do not show notes");
    RELEASE_OUTPUT = Flag::new("output", Format, "table, json or yaml").short('o');
    RELEASE_SUBCHART_NOTES = Flag::new("render-subchart-notes", Bool, "render the notes of subcharts, too");
}

flags! {
    /// Flags of this program alone for `install`.
    BATCH_FLAGS;
    BATCH = Flag::new("batch", Text, "install all releases of a YAML file: a list of name, namespace and values; NAME is left out");
    CONCURRENCY = Flag::new("concurrency", Unsigned, "how many releases of a batch are installed at once (default 16)");
}

/// Flags of `install` alone, that `template` has too.
pub(crate) const INSTALL_NAME_FLAGS: &[&Flag] =
    &[&GENERATE_NAME, &NAME_TEMPLATE, &REPLACE, &SERVER_SIDE];

flags! {
    /// Flags of `upgrade` alone.
    UPGRADE_FLAGS;
    CLEANUP_ON_FAIL = Flag::new("cleanup-on-fail", Bool, "delete objects that a failed upgrade made");
    HISTORY_MAX = Flag::new("history-max", Integer, "most revisions to keep, 0 for all (default 10)");
    INSTALL = Flag::new("install", Bool, "install the release if there is none").short('i');
    RESET_THEN_REUSE_VALUES = Flag::new("reset-then-reuse-values", Bool, "take the chart's new defaults, and the last release's values over them");
    RESET_VALUES = Flag::new("reset-values", Bool, "forget the last release's values");
    REUSE_VALUES = Flag::new("reuse-values", Bool, "keep the last release's values and defaults, and merge the given ones over them");
    SERVER_SIDE_AUTO = Flag::new("server-side", Text, "true, false, or auto for as the last revision was applied").only(Helm4);
}

flags! {
    /// Flags of `uninstall` alone.
    UNINSTALL_FLAGS;
    CASCADE = Flag::new("cascade", Text, "what becomes of objects that belong to deleted ones: background, foreground or orphan");
    IGNORE_NOT_FOUND = Flag::new("ignore-not-found", Bool, "succeed if there is no such release");
    KEEP_HISTORY = Flag::new("keep-history", Bool, "keep the records");
    UNINSTALL_DRY_RUN = Flag::new("dry-run", Bool, "do nothing, and say what would go");
}

/// Flags of `uninstall` that others have, too.
pub(crate) const UNINSTALL_SHARED_FLAGS: &[&Flag] =
    &[&DESCRIPTION, &NO_HOOKS, &TIMEOUT, &WAIT, &WAIT_3];

flags! {
    /// Flags of `rollback` alone.
    ROLLBACK_FLAGS;
    RECREATE_PODS = Flag::new("recreate-pods", Bool, "restart pods").only(Helm3).deprecated(Helm3, "functionality will no longer be updated. Consult the documentation for other methods to recreate pods");
    ROLLBACK_DRY_RUN_3 = Flag::new("dry-run", Bool, "do nothing").only(Helm3);
}

/// Flags of `rollback` that others have, too.
pub(crate) const ROLLBACK_SHARED_FLAGS: &[&Flag] = &[
    &CLEANUP_ON_FAIL,
    &DESCRIPTION,
    &DRY_RUN,
    &FORCE,
    &FORCE_CONFLICTS,
    &FORCE_REPLACE,
    &HISTORY_MAX,
    &NO_HOOKS,
    &SERVER_SIDE_AUTO,
    &TIMEOUT,
    &WAIT,
    &WAIT_3,
    &WAIT_FOR_JOBS,
];

flags! {
    /// Flags of `test`.
    TEST_FLAGS;
    TEST_FILTER = Flag::new("filter", List, "tests to run, name=NAME, or to leave out, !name=NAME (may be repeated)");
    TEST_LOGS = Flag::new("logs", Bool, "show the logs of test pods");
}

flags! {
    /// Flags of this program alone for `template`.
    OWN_TEMPLATE_FLAGS;
    VALIDATE_OFFLINE = Flag::new("validate", Bool, "judge the objects as an API server of --kube-version would, without one, and print them only if they are valid");
}

flags! {
    /// Flags of `lint` alone.
    LINT_FLAGS;
    QUIET = Flag::new("quiet", Bool, "print only warnings and errors");
    STRICT = Flag::new("strict", Bool, "fail on warnings, too");
    WITH_SUBCHARTS = Flag::new("with-subcharts", Bool, "lint the charts in charts/, too");
}

flags! {
    /// Flags of this program alone for `lint`.
    OWN_LINT_FLAGS;
    ALLOW = Flag::new("allow", List, "codes of findings to be silent about (may be repeated)");
    FORMAT = Flag::new("format", Text, "what to print: text, json, sarif, or github for its annotations");
    LIST_CODES = Flag::new("list-codes", Bool, "list the codes that findings have, and do nothing else");
}

flags! {
    /// Flags of `validate` alone.
    VALIDATE_FLAGS;
    IGNORE_FILENAME_PATTERN = Flag::new("ignore-filename-pattern", Texts, "regular expression of paths in folders to leave out (may be repeated)");
    SCHEMA = Flag::new("schema", Texts, "file or folder of definitions of custom resources: CRDs, or JSON schemas in kubeconform's layouts (may be repeated)");
    SKIP = Flag::new("skip", List, "kinds to leave out: Kind or group/version/Kind (may be repeated)");
    SUMMARY = Flag::new("summary", Bool, "print how many objects are valid, invalid and skipped");
    VALIDATE_OUTPUT = Flag::new("output", Text, "what to print: text, json (kubeconform's, with places), junit, sarif, or github for its annotations").short('o');
    VERBOSE = Flag::new("verbose", Bool, "list objects in which nothing is wrong, too");
}

flags! {
    /// Flags of `dependency build` and `dependency update` alone.
    DEPENDENCY_FLAGS;
    SKIP_REFRESH = Flag::new("skip-refresh", Bool, "leave the indexes of repositories as they are");
}

flags! {
    /// Flags of `dependency list`.
    DEPENDENCY_LIST_FLAGS;
    MAX_COL_WIDTH = Flag::new("max-col-width", Unsigned, "most characters in a column of the table, 0 for any number (default 80)");
}

flags! {
    /// Flags of `version`.
    VERSION_FLAGS;
    SHORT = Flag::new("short", Bool, "print the number alone");
    VERSION_TEMPLATE = Flag::new("template", Text, "template to print the version with");
    CLIENT = Flag::new("client", Bool, "").short('c').only(Helm3).hidden();
}

flags! {
    /// Flags of `show values` alone.
    SHOW_VALUES_FLAGS;
    JSONPATH = Flag::new("jsonpath", Text, "print only what this JSONPath expression finds");
}

flags! {
    /// Flags of `chart export`.
    EXPORT_FLAGS;
    EXPORT_FORCE = Flag::new("force", Bool, "replace files that are there already");
}

flags! {
    /// Flags of `list` alone.
    LIST_FLAGS;
    LIST_ALL = Flag::new("all", Bool, "show releases in any state").short('a').only(Helm3);
    LIST_ALL_NAMESPACES = Flag::new("all-namespaces", Bool, "list the releases of all namespaces").short('A');
    LIST_DATE = Flag::new("date", Bool, "sort by date").short('d');
    LIST_DEPLOYED = Flag::new("deployed", Bool, "show releases that are deployed");
    LIST_FAILED = Flag::new("failed", Bool, "show releases that failed");
    LIST_FILTER = Flag::new("filter", Text, "regular expression of the names to show").short('f');
    LIST_MAX = Flag::new("max", Integer, "how many releases to show at most (default 256)").short('m');
    LIST_NO_HEADERS = Flag::new("no-headers", Bool, "leave the first line of the table out");
    LIST_OFFSET = Flag::new("offset", Integer, "how many releases to pass over first");
    LIST_PENDING = Flag::new("pending", Bool, "show releases that something is being done to");
    LIST_REVERSE = Flag::new("reverse", Bool, "turn the order round").short('r');
    LIST_SELECTOR = Flag::new("selector", Text, "labels of the releases to show, such as team=a,!old").short('l');
    LIST_SHORT = Flag::new("short", Bool, "print names alone").short('q');
    LIST_SUPERSEDED = Flag::new("superseded", Bool, "show revisions that a later one replaced");
    LIST_TIME_FORMAT = Flag::new("time-format", Text, "layout of times, as Go has them: 2006-01-02 15:04:05Z0700");
    LIST_UNINSTALLED = Flag::new("uninstalled", Bool, "show releases that were removed with --keep-history");
    LIST_UNINSTALLING = Flag::new("uninstalling", Bool, "show releases that are being removed");
}

/// The flag that says in what form releases are printed.
pub(crate) const FORMAT_FLAGS: &[&Flag] = &[&RELEASE_OUTPUT];

flags! {
    /// The flag that says which revision of a release is meant.
    REVISION_FLAGS;
    REVISION = Flag::new("revision", Integer, "the revision, in place of the newest");
}

flags! {
    /// Flags of `status` alone.
    STATUS_FLAGS;
    SHOW_DESC = Flag::new("show-desc", Bool, "show the description of the revision").only(Helm3);
    SHOW_RESOURCES = Flag::new("show-resources", Bool, "show the objects of the release").only(Helm3);
}

flags! {
    /// Flags of `history` alone.
    HISTORY_FLAGS;
    HISTORY_MAX_SHOWN = Flag::new("max", Integer, "how many revisions to show at most (default 256)");
    SHOW_ROLLBACK_REVISION = Flag::new("show-rollback-revision", Bool, "show which revision a rollback went back to").only(Helm4);
}

flags! {
    /// Flags of `get values` alone.
    GET_VALUES_FLAGS;
    GET_VALUES_ALL = Flag::new("all", Bool, "add the default values of the chart").short('a');
}

flags! {
    /// Flags of `get all` alone.
    GET_ALL_FLAGS;
    GET_ALL_TEMPLATE = Flag::new("template", Text, "template to print the release with, such as {{.Release.Name}}");
}
