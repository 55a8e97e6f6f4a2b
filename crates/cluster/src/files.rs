//! Files of containers: any bytes, whole or not at all.
//!
//! A file is written beside its place and then renamed, so that nobody sees half of it; its size is verified, and its
//! checksum where the container has `sha256sum`. What is needed is a shell with `cat`, `wc` and `mv`, such as busybox.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::exec::{Command, Container, Exit, Output, hex, token};

/// How long a file may be that is read, in bytes, if nobody says otherwise.
pub const MAX_FILE: usize = 100 << 20;

/// How long one file may take.
const TIMEOUT: Duration = Duration::from_mins(10);

/// Writes standard input to `$1`, by way of `$1.$2`, if it is `$3` bytes with the checksum `$4`.
const WRITE: &str = r#"
if [ -d "$1" ]; then exit 82; fi
place=$1
if [ -L "$1" ]; then place=$(readlink -f -- "$1") || place=$1; fi
case $place in */*) mkdir -p -- "${place%/*}/" || exit 80;; esac
part=$place.$2
trap 'rm -f -- "$part"' EXIT
cat > "$part" || exit 80
[ "$(wc -c < "$part")" -eq "$3" ] || exit 83
if command -v sha256sum > /dev/null 2>&1; then
  sum=$(sha256sum < "$part") || exit 84
  [ "${sum%% *}" = "$4" ] || exit 84
fi
if [ -e "$place" ]; then
  mode=$(stat -c %a -- "$place" 2> /dev/null) && chmod "$mode" -- "$part"
fi
mv -f -- "$part" "$place" || exit 80
"#;

/// Prints `$1`, at most `$2` bytes, after its size and checksum as an error. What is added meanwhile is left out.
const READ: &str = r#"
if [ -d "$1" ]; then exit 82; fi
if [ ! -e "$1" ]; then exit 81; fi
if [ ! -r "$1" ]; then exit 85; fi
size=$(wc -c < "$1") || exit 80
if [ "$size" -gt "$2" ]; then exit 86; fi
sum=-
if command -v sha256sum > /dev/null 2>&1; then sum=$(head -c "$size" -- "$1" | sha256sum); fi
printf '%s %s\n' "$size" "${sum%% *}" >&2
exec head -c "$size" -- "$1"
"#;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// it is not there
    NotFound,
    /// it is a directory
    IsDirectory,
    /// the container's user may not read it
    Denied,
    /// it is longer than allowed
    TooLong,
    /// what arrived is not what was sent
    Damaged,
    /// it took too long
    TimedOut,
    /// the container's own words
    Other(String),
}

impl Fault {
    /// Gives the words for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::NotFound => "no such file or directory",
            Self::IsDirectory => "is a directory",
            Self::Denied => "permission denied",
            Self::TooLong => "is longer than allowed",
            Self::Damaged => "did not arrive as it was sent",
            Self::TimedOut => "took too long",
            Self::Other(words) => words,
        }
    }
}

impl Container {
    /// Writes a file, with the directories above it. A file that is there keeps its mode.
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::Restarted`], and the API server's words.
    pub async fn write_file(&self, path: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let (size, sum) = (bytes.len().to_string(), checksum(&bytes));
        let part = format!("pintle-{}", token());
        let command = Command::new(["sh", "-c", WRITE, "sh", &target(path), &part, &size, &sum])
            .stdin(bytes)
            .timeout(TIMEOUT);
        let output = self.run(&command).await?;
        match output.exit {
            Exit::Code(0) => Ok(()),
            _ => Err(fault(path, &output)),
        }
    }

    /// Reads a file of at most `max` bytes; [`MAX_FILE`] is a good number.
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::Restarted`], and the API server's words.
    pub async fn read_file(&self, path: &str, max: usize) -> Result<Vec<u8>, Error> {
        let limit = max.to_string();
        let command = Command::new(["sh", "-c", READ, "sh", &target(path), &limit])
            .max_output(max.max(1 << 10))
            .timeout(TIMEOUT);
        let output = self.run(&command).await?;
        if output.exit != Exit::Code(0) {
            return Err(fault(path, &output));
        }
        let failed = |fault| Err(Error::File { path: path.to_owned(), fault });
        if output.is_stdout_truncated || output.stdout.len() > max {
            return failed(Fault::TooLong);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let mut words = said.split_whitespace();
        let (size, sum) = (words.next(), words.next().unwrap_or_default());
        let has_size = size.and_then(|size| size.parse().ok()) == Some(output.stdout.len());
        if !has_size || (sum.len() == 64 && sum != checksum(&output.stdout)) {
            return failed(Fault::Damaged);
        }
        Ok(output.stdout)
    }
}

/// Gives a path that no program takes for an option.
fn target(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

fn checksum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Tells what a script says is wrong with a file.
fn fault(path: &str, output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().next_back().unwrap_or_default();
    let words = || match line {
        "" => Fault::Other("cannot be written".to_owned()),
        line => Fault::Other(crate::logs::shown(line)),
    };
    let fault = match output.exit {
        Exit::TimedOut { .. } => Fault::TimedOut,
        Exit::Code(81) => Fault::NotFound,
        Exit::Code(82) => Fault::IsDirectory,
        Exit::Code(83 | 84) => Fault::Damaged,
        Exit::Code(85) => Fault::Denied,
        Exit::Code(86) => Fault::TooLong,
        Exit::Code(_) if line.ends_with("Permission denied") => Fault::Denied,
        Exit::Code(_) => words(),
    };
    Error::File { path: path.to_owned(), fault }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::{READ, WRITE, checksum};

    /// Runs a script in the shells that are here, each in a folder of its own.
    fn in_shells(test: impl Fn(&dyn Fn(&str, &[&str], &[u8]) -> (i32, Vec<u8>, String), &str)) {
        for shell in [&["sh"][..], &["busybox", "sh"], &["bash"]] {
            let is_here = Command::new(shell[0]).args(&shell[1..]).args(["-c", ":"]).output();
            if !is_here.is_ok_and(|output| output.status.success()) {
                continue;
            }
            let folder = std::env::temp_dir().join(super::token());
            std::fs::create_dir(&folder).unwrap();
            let run = |script: &str, arguments: &[&str], stdin: &[u8]| {
                let mut child = Command::new(shell[0])
                    .args(&shell[1..])
                    .args(["-c", script, "sh"])
                    .args(arguments)
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap();
                let mut pipe = child.stdin.take().unwrap();
                let stdin = stdin.to_vec();
                let writer = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
                let output = child.wait_with_output().unwrap();
                writer.join().unwrap();
                let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
                (output.status.code().unwrap(), output.stdout, stderr)
            };
            test(&run, folder.to_str().unwrap());
            std::fs::remove_dir_all(&folder).unwrap();
        }
    }

    #[test]
    fn files_are_written_whole_or_not_at_all() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let (size, sum) = (bytes.len().to_string(), checksum(&bytes));
        in_shells(|run, folder| {
            let path = format!("{folder}/a/b c/$x 'y'");
            let write =
                |path: &str, size: &str, sum: &str| run(WRITE, &[path, "p", size, sum], &bytes);
            assert_eq!(write(&path, &size, &sum).0, 0);
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
            assert_eq!(write(&path, "7", &sum).0, 83);
            assert_eq!(write(&path, &size, "00").0, 84);
            assert_eq!(write(folder, &size, &sum).0, 82);
            let names = std::fs::read_dir(format!("{folder}/a/b c")).unwrap().count();
            assert_eq!(names, 1, "nothing is left beside it");
            let link = format!("{folder}/link");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o750))
                .unwrap();
            let (code, _, stderr) = write(&link, &size, &sum);
            assert_eq!(code, 0, "{stderr}");
            assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(&path).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o750);
        });
    }

    #[test]
    fn files_are_read_with_their_size_and_checksum() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        in_shells(|run, folder| {
            let path = format!("{folder}/x y");
            std::fs::write(&path, &bytes).unwrap();
            let (code, stdout, stderr) = run(READ, &[&path, "300000"], b"");
            assert_eq!((code, stdout), (0, bytes.clone()));
            assert_eq!(stderr, format!("300000 {}\n", checksum(&bytes)));
            assert_eq!(run(READ, &[&path, "299999"], b"").0, 86);
            assert_eq!(run(READ, &[folder, "1"], b"").0, 82);
            assert_eq!(run(READ, &[&format!("{folder}/none"), "1"], b"").0, 81);
            std::fs::write(&path, b"").unwrap();
            let (code, stdout, _) = run(READ, &[&path, "1"], b"");
            assert_eq!((code, stdout.len()), (0, 0));
        });
    }
}
