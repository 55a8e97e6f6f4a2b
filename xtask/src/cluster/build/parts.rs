//! What a node has besides Kubernetes: the container runtime, gVisor, names, volumes, and the network of the pods.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::source::{self, Edit};
use super::{debian, go, programs};
use crate::Result;

/// The newest Cilium all of whose modules the proxy has.
pub(in crate::cluster) const CILIUM: &str = "github.com/cilium/cilium@v1.15.19";

/// A module, and what is built of it.
struct Module {
    path: &'static str,
    version: &'static str,
    /// Where the module keeps its version, if a program is to know it.
    version_variable: Option<&'static str>,
    /// The programs, and their packages inside the module.
    programs: &'static [(&'static str, &'static str)],
    tags: &'static str,
    edits: &'static [Edit],
    /// Whether its own replacements of other modules count, as they do where it is the main one.
    is_main: bool,
}

const MODULES: &[Module] = &[
    Module {
        path: "github.com/containerd/containerd/v2",
        version: "v2.1.5",
        version_variable: Some("github.com/containerd/containerd/v2/version.Version"),
        programs: &[
            ("containerd", "cmd/containerd"),
            ("containerd-shim-runc-v2", "cmd/containerd-shim-runc-v2"),
            ("ctr", "cmd/ctr"),
        ],
        tags: "no_btrfs",
        edits: &[],
        is_main: false,
    },
    Module {
        path: "gvisor.dev/gvisor",
        version: "v0.0.0-20260905035102-160fafc42237",
        version_variable: Some("gvisor.dev/gvisor/runsc/version.version"),
        programs: &[("runsc", "runsc"), ("containerd-shim-runsc-v1", "shim")],
        tags: "",
        edits: GVISOR_EDITS,
        is_main: false,
    },
    Module {
        path: "github.com/coredns/coredns",
        version: "v1.14.6",
        version_variable: None,
        programs: &[("coredns", "")],
        tags: "",
        edits: &[],
        is_main: false,
    },
    Module {
        path: "github.com/rancher/local-path-provisioner",
        version: "v0.0.30",
        version_variable: None,
        programs: &[("local-path-provisioner", "")],
        tags: "",
        edits: &[],
        is_main: false,
    },
    Module {
        path: "github.com/cilium/cilium",
        version: "v1.15.19",
        version_variable: Some("github.com/cilium/cilium/pkg/version.ciliumVersion"),
        programs: &[("cilium-cni", "plugins/cilium-cni"), ("cilium-agent", "daemon")],
        tags: "",
        edits: CILIUM_EDITS,
        is_main: true,
    },
];

/// gVisor insists on lowering scores that only a process with `CAP_SYS_RESOURCE` may lower.
const GVISOR_EDITS: &[Edit] = &[
    Edit {
        file: "pkg/shim/v1/manager.go",
        before: "if err := sys.SetOOMScore(cmd.Process.Pid, oomScoreMax); err != nil {",
        after: "if err := sys.SetOOMScore(cmd.Process.Pid, oomScoreMax); err != nil && !os.IsPermission(err) {",
        times: 1,
    },
    Edit {
        file: "runsc/container/container.go",
        before: "\tif _, err := f.WriteString(strconv.Itoa(scoreAdj)); err != nil {\n",
        after: "\tif _, err := f.WriteString(strconv.Itoa(scoreAdj)); err != nil {\n\
                \t\tif errors.Is(err, unix.EACCES) {\n\t\t\treturn nil\n\t\t}\n",
        times: 1,
    },
];

const CILIUM_EDITS: &[Edit] = &[
    // A kernel without loadable modules has no such file, and has what it has built in.
    Edit {
        file: "pkg/datapath/linux/modules/modules_linux.go",
        before: "\tfModules, err := os.Open(loadedModulesFilepath)\n",
        after: "\tfModules, err := os.Open(loadedModulesFilepath)\n\
                \tif errors.Is(err, os.ErrNotExist) {\n\
                \t\treturn []string{\"ip_tables\", \"iptable_nat\", \"iptable_mangle\", \"iptable_raw\", \"iptable_filter\", \"xt_socket\"}, nil\n\
                \t}\n",
        times: 1,
    },
    // There is no Envoy here, and a pod with an HTTP or TLS rule would wait minutes for its answer.
    Edit {
        file: "pkg/envoy/xds/ack.go",
        before: "\tif wg != nil {\n",
        after: "\tif hasEnvoy && wg != nil {\n",
        times: 5,
    },
    Edit {
        file: "pkg/envoy/xds/ack.go",
        before: "\tif !m.currentVersionAcked(nodeIDs) {\n",
        after: "\tif hasEnvoy && !m.currentVersionAcked(nodeIDs) {\n",
        times: 1,
    },
    Edit {
        file: "pkg/envoy/xds/ack.go",
        before: "// AckingResourceMutator is a variant of",
        after: "const hasEnvoy = false\n\n// AckingResourceMutator is a variant of",
        times: 1,
    },
    // The agent compiles its own programs when it starts, and newer compilers warn of more.
    Edit {
        file: "pkg/datapath/loader/compile.go",
        before: "\"-Wall\", \"-Wextra\", \"-Werror\", \"-Wshadow\",",
        after: "\"-Wall\", \"-Wextra\", \"-Wshadow\",",
        times: 1,
    },
];

impl Module {
    fn name(&self) -> &str {
        self.programs[0].0
    }

    fn is_copied(&self) -> bool {
        !self.edits.is_empty() || self.is_main
    }

    fn at_version(&self) -> String {
        format!("{}@{}", self.path, self.version)
    }

    /// Says what its programs are made of.
    fn stamp(&self) -> String {
        format!("{}tags {}\n", source::stamp(&self.at_version(), self.edits), self.tags)
    }

    /// Gives the folder in which its programs are built, made if need be.
    fn prepare(&self, parts: &Path) -> Result<PathBuf> {
        let folder = parts.join("modules").join(self.name());
        let source = folder.join("source");
        if self.is_copied() {
            source::copy(&folder, &self.at_version(), self.edits, &source)?;
        }
        if self.is_main {
            return Ok(source);
        }
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let path = self.path;
        let replaced = if self.is_copied() {
            format!("\nreplace {path} => ./source\n")
        } else {
            String::new()
        };
        let text = format!(
            "module pintle.dev/cluster\n\ngo 1.26\n\nrequire {path} {}\n{replaced}",
            self.version
        );
        // Go has added to it what it found.
        let mark = folder.join("stamp");
        if !fs::read_to_string(&mark).is_ok_and(|made_of| made_of == self.stamp()) {
            fs::write(folder.join("go.mod"), text).map_err(|error| format!("go.mod: {error}"))?;
            fs::write(mark, self.stamp()).map_err(|error| format!("stamp: {error}"))?;
        }
        Ok(folder)
    }

    fn flags(&self) -> Vec<String> {
        let linker = match self.version_variable {
            Some(variable) => format!("-s -w -X {variable}={}", self.version),
            None => "-s -w".to_owned(),
        };
        let mut flags = vec!["-ldflags".to_owned(), linker];
        if !self.tags.is_empty() {
            flags.extend(["-tags".to_owned(), self.tags.to_owned()]);
        }
        flags
    }

    fn package(&self, package: &str) -> String {
        match (self.is_main, package) {
            (true, _) => format!("./{package}"),
            (false, "") => self.path.to_owned(),
            (false, _) => format!("{}/{package}", self.path),
        }
    }
}

/// Builds what is not there yet, or not of this version.
pub(super) fn build(parts: &Path) -> Result {
    for module in MODULES {
        let missing: Vec<_> =
            module.programs.iter().filter(|(name, _)| !is_there(parts, module, name)).collect();
        if missing.is_empty() {
            continue;
        }
        let folder = module.prepare(parts)?;
        for (name, package) in missing {
            let program = programs(parts).join(name);
            go::build(&folder, &module.package(package), &module.flags(), &program)?;
            let stamp = stamp_of(parts, name);
            fs::write(&stamp, module.stamp())
                .map_err(|error| format!("{}: {error}", stamp.display()))?;
        }
    }
    furnish_cilium(parts)
}

/// Gives the programs that are not there yet, or not of this version.
pub(super) fn missing(parts: &Path) -> Vec<&'static str> {
    let all = MODULES.iter().flat_map(|module| module.programs.iter().map(move |p| (module, p.0)));
    all.filter(|(module, name)| !is_there(parts, module, name)).map(|(_, name)| name).collect()
}

fn is_there(parts: &Path, module: &Module, name: &str) -> bool {
    programs(parts).join(name).exists()
        && fs::read_to_string(stamp_of(parts, name)).is_ok_and(|made_of| made_of == module.stamp())
}

fn stamp_of(parts: &Path, name: &str) -> PathBuf {
    programs(parts).join(format!("{name}.stamp"))
}

/// Gives the folder in which the Cilium agent finds the sources of its BPF programs, and the compiler.
pub(in crate::cluster) fn cilium_library(parts: &Path) -> PathBuf {
    parts.join("cilium")
}

/// Links what the Cilium agent looks for into one folder.
fn furnish_cilium(parts: &Path) -> Result {
    let library = cilium_library(parts);
    let complain = |error: std::io::Error| format!("{}: {error}", library.display());
    let source = parts.join("modules/cilium-cni/source/bpf");
    fs::create_dir_all(library.join("bin")).map_err(complain)?;
    for (link, to) in [("bpf", source), ("bin/clang", debian::clang()?)] {
        let link = library.join(link);
        if fs::read_link(&link).is_ok_and(|target| target == to) {
            continue;
        }
        if fs::symlink_metadata(&link).is_ok() {
            fs::remove_file(&link).map_err(complain)?;
        }
        symlink(to, link).map_err(complain)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agent_and_its_resources_are_of_one_version() {
        assert!(MODULES.iter().any(|module| module.at_version() == CILIUM));
    }

    #[test]
    fn no_two_modules_build_a_program_of_one_name() {
        let mut names: Vec<_> =
            MODULES.iter().flat_map(|module| module.programs).map(|(name, _)| name).collect();
        let n_programs = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), n_programs);
    }
}
