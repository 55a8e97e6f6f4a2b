//! The images of a node, made of Debian packages, as there is no registry to have others from.
//!
//! Only the names are familiar: what each really is, `xtask/README.md` says. An image is kept as an archive in the cache,
//! and every node gets all of them.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::build::{self, debian};
use super::process::quietly;
use super::stop;
use crate::{Result, say};

/// How long Debian's mirror may take, in seconds.
const PATIENCE: &str = "900";

/// To be raised whenever an image is made in another way: those made before are made anew.
const RECIPE: u32 = 1;

/// What the images without CoreDNS' own find programs by.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An image: its names, in full, what starts it, and what makes its files.
struct Image {
    names: &'static [&'static str],
    entrypoint: &'static [&'static str],
    make: fn(parts: &Path, root: &Path) -> Result,
}

const IMAGES: &[Image] = &[
    Image {
        names: &["pintle.dev/pause:1"],
        entrypoint: &["/bin/busybox", "sleep", "2147483647"],
        make: busybox,
    },
    Image { names: &["docker.io/library/busybox:1"], entrypoint: &[], make: busybox },
    Image {
        names: &["docker.io/library/nginx:1.27.2", "docker.io/library/nginx:1"],
        entrypoint: &["/bin/httpd", "-f", "-v", "-p", "80", "-h", "/usr/share/nginx/html"],
        make: web_server,
    },
    Image {
        names: &[
            "docker.io/library/debian:bookworm",
            "docker.io/library/python:3.12-bookworm",
            "docker.io/library/ubuntu:24.04",
        ],
        entrypoint: &[],
        make: debian_root,
    },
    Image {
        names: &["docker.io/coredns/coredns:local", "docker.io/coredns/coredns:1.14.6"],
        entrypoint: &["/coredns"],
        make: coredns,
    },
];

/// An image that charts name by what a registry has, and the one that stands in for it.
pub(super) const ALIASES: &[(&str, &str)] = &[(
    "docker.io/coredns/coredns:local",
    "docker.io/coredns/coredns@sha256:900f9c109f7a33545d3c811516e8376df9019147b750f5ce3e254468769176ea",
)];

/// Makes the images that are not there yet, and gives the archives of all.
pub(super) fn make(parts: &Path) -> Result<Vec<PathBuf>> {
    let mut archives = Vec::new();
    for image in IMAGES {
        let archive = image.archive(parts);
        if !archive.exists() {
            image.make(parts, &archive)?;
        }
        archives.push(archive);
    }
    Ok(archives)
}

/// Gives the names of the images that are not there yet.
pub(super) fn missing(parts: &Path) -> Vec<String> {
    let missing = IMAGES.iter().filter(|image| !image.archive(parts).exists());
    missing.map(|image| format!("the image {}", image.names[0])).collect()
}

impl Image {
    fn archive(&self, parts: &Path) -> PathBuf {
        let name = self.names[0].rsplit('/').next().unwrap_or_default().replace(':', "-");
        parts.join(format!("images/{name}.{RECIPE}.tar"))
    }

    fn make(&self, parts: &Path, archive: &Path) -> Result {
        say(&format!("making the image {} …", self.names[0]));
        let work = archive.with_extension("work");
        let complain = |error: std::io::Error| format!("{}: {error}", work.display());
        if work.exists() {
            // A debootstrap that was broken off leaves the kernel's own folders mounted there.
            stop::unmount(&work)?;
            fs::remove_dir_all(&work).map_err(complain)?;
        }
        let root = work.join("root");
        fs::create_dir_all(&root).map_err(complain)?;
        (self.make)(parts, &root)?;
        stop::unmount(&work)?;
        let layer = work.join("layer.tar");
        // A file's capabilities are part of it: CoreDNS binds port 53 by one.
        let layout = ["--xattrs", "--xattrs-include=security.capability", "--numeric-owner"];
        quietly(
            Command::new("tar")
                .args(layout)
                .args(["--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./dev/*", "-cf"])
                .arg(&layer)
                .arg("-C")
                .arg(&root)
                .arg("."),
        )?;
        let digest = hex(&fs::read(&layer).map_err(complain)?);
        let mut runs = json!({"Env": [PATH]});
        if self.entrypoint.is_empty() {
            runs["Cmd"] = json!(["/bin/sh"]);
        } else {
            runs["Entrypoint"] = json!(self.entrypoint);
        }
        let config = json!({
            "architecture": architecture(),
            "os": "linux",
            "config": runs,
            "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{digest}")]},
        });
        let manifest =
            json!([{"Config": "config.json", "RepoTags": self.names, "Layers": ["layer.tar"]}]);
        fs::write(work.join("config.json"), config.to_string()).map_err(complain)?;
        fs::write(work.join("manifest.json"), manifest.to_string()).map_err(complain)?;
        let whole = work.join("image.tar");
        let files = ["manifest.json", "config.json", "layer.tar"];
        quietly(Command::new("tar").arg("-cf").arg(&whole).arg("-C").arg(&work).args(files))?;
        fs::rename(&whole, archive).map_err(complain)?;
        fs::remove_dir_all(&work).map_err(complain)
    }
}

/// Gives what images call this machine's kind of processor.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "amd64",
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string can be written to");
        text
    })
}

/// A root with Debian's busybox, under the names of all that it can be.
fn busybox(_parts: &Path, root: &Path) -> Result {
    let complain = |error: std::io::Error| format!("{}: {error}", root.display());
    for folder in ["bin", "dev", "etc", "proc", "root", "sys", "tmp", "usr", "var"] {
        fs::create_dir_all(root.join(folder)).map_err(complain)?;
    }
    fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o1777)).map_err(complain)?;
    let program = debian::find("busybox").ok_or("there is no busybox")?;
    fs::copy(&program, root.join("bin/busybox")).map_err(complain)?;
    let names = quietly(Command::new(&program).arg("--list"))?;
    for name in names.lines().filter(|name| *name != "busybox") {
        symlink("busybox", root.join("bin").join(name)).map_err(complain)?;
    }
    for (link, to) in [("sbin", "bin"), ("usr/bin", "../bin"), ("usr/sbin", "../bin")] {
        symlink(to, root.join(link)).map_err(complain)?;
    }
    let users = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
    fs::write(root.join("etc/passwd"), users).map_err(complain)?;
    fs::write(root.join("etc/group"), "root:x:0:\nnogroup:x:65534:\n").map_err(complain)
}

/// A web server with one page.
fn web_server(parts: &Path, root: &Path) -> Result {
    busybox(parts, root)?;
    let folder = root.join("usr/share/nginx/html");
    let complain = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(complain)?;
    let page = "<h1>Welcome to nginx!</h1> In its place: the web server of busybox.\n";
    fs::write(folder.join("index.html"), page).map_err(complain)
}

/// A Debian with Python and what tests ask the network with.
fn debian_root(_parts: &Path, root: &Path) -> Result {
    quietly(
        Command::new("timeout")
            .arg(PATIENCE)
            .arg("debootstrap")
            .arg("--variant=minbase")
            .arg("--include=ca-certificates,curl,dnsutils,iproute2,iputils-ping,netcat-openbsd,procps,python3")
            .arg("bookworm")
            .arg(root),
    )?;
    let complain = |error: std::io::Error| format!("{}: {error}", root.display());
    for folder in
        ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"]
    {
        let folder = root.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(complain)?;
            fs::create_dir_all(&folder).map_err(complain)?;
        }
    }
    symlink("python3", root.join("usr/bin/python")).map_err(complain)
}

/// One program that may bind port 53 whoever runs it, as in the image it stands in for.
fn coredns(parts: &Path, root: &Path) -> Result {
    let program = root.join("coredns");
    fs::copy(build::programs(parts).join("coredns"), &program)
        .map_err(|error| format!("coredns: {error}"))?;
    let setcap = debian::find("setcap").ok_or("there is no setcap")?;
    quietly(Command::new(setcap).arg("cap_net_bind_service=+ep").arg(&program)).map(drop)
}
