//! Runs commands in containers: what they print, how they end, and their end when time runs out.
//!
//! A command runs below a shell that first tells its process id and then becomes the command, so that a second command can
//! kill it with all it started. Where a container has no shell, the command runs alone and cannot be killed. Standard input,
//! output and error are sent at the same time, so a command may print as much as it reads.
//!
//! Source: the `exec` resource of pods with `v5.channel.k8s.io`, in `k8s.io/apimachinery/pkg/util/remotecommand`.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::Request;
use serde::Deserialize;
use serde_json::Value as Json;
use tokio::time::{Instant, sleep_until, timeout};

use crate::error::Status;
use crate::logs::shown;
use crate::status::{int, items, text};
use crate::watch::percent_encoded;
use crate::{Client, Error};

/// How many bytes of each stream are kept if nobody says otherwise.
const MAX_OUTPUT: usize = 10 << 20;

/// How many bytes are sent at once.
const CHUNK: usize = 32 << 10;

/// How long the command line may be in a URL, in bytes; a longer one is written to a file first.
const MAX_QUERY: usize = 48 << 10;

/// How long killing a command may take.
const KILL: Duration = Duration::from_secs(10);

/// How long what a killed command printed is waited for.
const LAST_OUTPUT: Duration = Duration::from_secs(3);

/// The shell that becomes the command: it tells its process id, which is that of the command's group.
const SHELL: &str =
    r#"printf '%s:%s\n' "$1" "$$" >&2; [ -z "$2" ] || cd -- "$2" || exit 126; shift 2; exec "$@""#;

/// The shell that kills a command with all it started. Not all shells know `--` here, and all know it without.
const KILLER: &str = r#"kill -KILL "-$1" 2>/dev/null || kill -KILL "$1""#;

/// The channels of the protocol.
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
const CLOSE: u8 = 255;

/// A container of a pod, as it was when it was looked at first.
#[derive(Debug, Clone)]
pub struct Container {
    client: Client,
    namespace: String,
    pod: String,
    name: String,
    life: Life,
}

/// What tells whether a container is still the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Life {
    uid: String,
    id: String,
    n_restarts: i64,
}

/// A command to run.
#[derive(Debug, Clone, Default)]
pub struct Command {
    arguments: Vec<String>,
    stdin: Vec<u8>,
    directory: String,
    timeout: Option<Duration>,
    max_output: Option<usize>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// by itself, with this code; 128 and a signal's number if a signal ended it
    Code(i32),
    /// its time was over
    TimedOut {
        /// whether it was killed; it cannot be where the container has no shell
        is_killed: bool,
    },
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// how it ended
    pub exit: Exit,
    /// what it printed
    pub stdout: Vec<u8>,
    /// what it printed as errors
    pub stderr: Vec<u8>,
    /// whether it printed more than was kept
    pub is_stdout_truncated: bool,
    /// whether it printed more errors than were kept
    pub is_stderr_truncated: bool,
}

impl Command {
    /// Makes a command of a program and its arguments.
    pub fn new<T: Into<String>>(arguments: impl IntoIterator<Item = T>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { arguments, ..Self::default() }
    }

    /// Gives it bytes to read. Without them its standard input is empty.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs it in a directory.
    #[must_use]
    pub fn directory(mut self, path: impl Into<String>) -> Self {
        self.directory = path.into();
        self
    }

    /// Kills it after a time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Keeps at most this many bytes of each stream, the first; 10 MiB if this is not called.
    #[must_use]
    pub fn max_output(mut self, n_bytes: usize) -> Self {
        self.max_output = Some(n_bytes);
        self
    }
}

/// What came over one connection.
#[derive(Debug)]
struct Streams {
    stdout: Kept,
    stderr: Kept,
    /// the line that tells the process id, without its end
    mark: Vec<u8>,
    pid: Option<u64>,
    status: Option<ExecStatus>,
}

/// The first bytes of a stream.
#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    max: usize,
    is_truncated: bool,
}

impl Kept {
    fn add(&mut self, bytes: &[u8]) {
        let room = self.max - self.bytes.len();
        self.is_truncated |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

impl Streams {
    fn new(max: usize, mark: &str) -> Self {
        let kept = || Kept { bytes: Vec::new(), max, is_truncated: false };
        let mark = if mark.is_empty() { Vec::new() } else { format!("{mark}:").into_bytes() };
        Self { stdout: kept(), stderr: kept(), mark, pid: None, status: None }
    }

    /// Takes what came as errors, without the line that tells the process id.
    fn add_stderr(&mut self, bytes: &[u8]) {
        self.stderr.add(bytes);
        if self.pid.is_some() || self.mark.is_empty() {
            return;
        }
        let Some(end) = self.stderr.bytes.iter().position(|&byte| byte == b'\n') else { return };
        let pid = self.stderr.bytes[..end]
            .strip_prefix(self.mark.as_slice())
            .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        if pid.is_some() {
            self.stderr.bytes.drain(..=end);
        } else {
            // The shell itself failed.
            self.mark.clear();
        }
        self.pid = pid;
    }

    fn output(self, exit: Exit) -> Output {
        Output {
            exit,
            stdout: self.stdout.bytes,
            stderr: self.stderr.bytes,
            is_stdout_truncated: self.stdout.is_truncated,
            is_stderr_truncated: self.stderr.is_truncated,
        }
    }
}

impl Container {
    /// Looks at a container of a pod; without a name it is the one that the pod names as its default, or the first.
    ///
    /// # Errors
    ///
    /// The API server's words, and [`Error::Said`] for a container that the pod does not have.
    pub async fn open(
        client: &Client,
        namespace: &str,
        pod: &str,
        container: Option<&str>,
    ) -> Result<Self, Error> {
        let object: Json = client.get(&pod_path(namespace, pod)).await?;
        let default = object
            .pointer("/metadata/annotations/kubectl.kubernetes.io~1default-container")
            .and_then(Json::as_str);
        let first = || Some(text(items(&object, "/spec/containers").first()?, "/name", ""));
        let name = container.or(default).or_else(first).unwrap_or_default().to_owned();
        let all = ["/spec/containers", "/spec/initContainers", "/spec/ephemeralContainers"];
        let mut names = all.iter().flat_map(|pointer| items(&object, pointer));
        if !names.any(|one| text(one, "/name", "") == name) {
            return Err(Error::Said(format!("container {name} is not valid for pod {pod}")));
        }
        let life = Life::of(&object, &name);
        let (client, namespace, pod) = (client.clone(), namespace.to_owned(), pod.to_owned());
        Ok(Self { client, namespace, pod, name, life })
    }

    /// Runs a command, and waits until it ends or its time is over.
    ///
    /// Dropping the future closes the connection; the command itself may go on.
    ///
    /// # Errors
    ///
    /// [`Error::Restarted`] if the pod or its container is not the one that was opened, and the API server's words.
    pub async fn run(&self, command: &Command) -> Result<Output, Error> {
        let result = self.run_here(command).await;
        match self.check().await {
            // What the command says is worth more than that nobody knows what became of the pod.
            Err(error @ Error::Restarted(_)) => Err(error),
            _ => result,
        }
    }

    /// Tells whether the container is still the one that was opened.
    ///
    /// # Errors
    ///
    /// [`Error::Restarted`] if it is not.
    pub async fn check(&self) -> Result<(), Error> {
        let path = pod_path(&self.namespace, &self.pod);
        let Some(object) = self.client.find::<Json>(&path).await? else {
            return Err(Error::Restarted(format!("pod {} is gone", self.pod)));
        };
        let life = Life::of(&object, &self.name);
        let words = if life.uid != self.life.uid {
            format!("pod {} was replaced by another of its name", self.pod)
        } else if life.n_restarts != self.life.n_restarts || life.id != self.life.id {
            let reason = last_end(&object, &self.name);
            format!("container {} of pod {} restarted{reason}", self.name, self.pod)
        } else {
            return Ok(());
        };
        Err(Error::Restarted(words))
    }

    async fn run_here(&self, command: &Command) -> Result<Output, Error> {
        let deadline = command.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mark = format!("pintle-{}", token());
        let arguments = &command.arguments;
        let mut line: Vec<&str> = vec!["sh", "-c", SHELL, "sh", &mark, &command.directory];
        let script;
        if self.path(arguments.iter().map(String::as_str), true).len() > MAX_QUERY {
            script = self.write_script(arguments, &mark).await?;
            line.extend(["sh", script.as_str()]);
        } else {
            line.extend(arguments.iter().map(String::as_str));
        }
        let max = command.max_output.unwrap_or(MAX_OUTPUT);
        let mut streams = Streams::new(max, &mark);
        let mut over = self.stream(&line, &command.stdin, &mut streams, deadline).await;
        let has_no_shell = match &over {
            Ok(_) => streams.status.as_ref().is_some_and(|status| is_no_shell(&status.message)),
            Err(error) => error.status().is_some_and(|status| is_no_shell(&status.message)),
        };
        if has_no_shell && command.directory.is_empty() {
            // The command did not begin, so it runs once.
            streams = Streams::new(max, "");
            let line: Vec<&str> = arguments.iter().map(String::as_str).collect();
            over = self.stream(&line, &command.stdin, &mut streams, deadline).await;
        }
        let exit = match over? {
            Some(is_killed) => Exit::TimedOut { is_killed },
            None => Exit::Code(self.exit_code(streams.status.as_ref())?),
        };
        Ok(streams.output(exit))
    }

    /// Runs a line. If its time was over before it ended, gives whether it could be killed.
    async fn stream(
        &self,
        line: &[&str],
        stdin: &[u8],
        streams: &mut Streams,
        deadline: Option<Instant>,
    ) -> Result<Option<bool>, Error> {
        let path = self.path(line.iter().copied(), !stdin.is_empty());
        let request = Request::get(path).body(Vec::new());
        let request = request.map_err(|error| Error::Config(format!("exec: {error}")))?;
        let over = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(over);
        let connection = tokio::select! {
            connection = self.client.kube().connect(request) => connection.map_err(connect_error)?,
            () = &mut over => return Ok(Some(false)),
        };
        if !stdin.is_empty() && !connection.supports_stream_close() {
            let words =
                "the server cannot tell a command where its input ends: it is older than 1.30";
            return Err(Error::Said(words.to_owned()));
        }
        let (mut sink, mut messages) = connection.into_stream().split();
        let send = async {
            for chunk in stdin.chunks(CHUNK) {
                let mut frame = Vec::with_capacity(chunk.len() + 1);
                frame.push(STDIN);
                frame.extend_from_slice(chunk);
                // A command that ends before it read all is no fault.
                if sink.send(frame.into()).await.is_err() {
                    break;
                }
            }
            if !stdin.is_empty() {
                let _ = sink.send(vec![CLOSE, STDIN].into()).await;
            }
            // The connection stays open until the command ends.
            std::future::pending::<()>().await;
        };
        let mut receive = async |streams: &mut Streams| {
            while let Some(Ok(message)) = messages.next().await {
                let frame = message.into_data();
                match frame.split_first() {
                    Some((&STDOUT, bytes)) => streams.stdout.add(bytes),
                    Some((&STDERR, bytes)) => streams.add_stderr(bytes),
                    Some((&STATUS, bytes)) if !bytes.is_empty() => {
                        streams.status = serde_json::from_slice(bytes).ok();
                        return;
                    }
                    _ => {}
                }
            }
        };
        let is_over = tokio::select! {
            () = send => true,
            () = receive(streams) => false,
            () = over => true,
        };
        if !is_over {
            return Ok(None);
        }
        let is_killed = match streams.pid {
            Some(pid) => self.kill(pid).await,
            None => false,
        };
        if is_killed {
            let _ = timeout(LAST_OUTPUT, receive(streams)).await;
        }
        Ok(Some(is_killed))
    }

    /// Kills a command with all it started, and gives whether that worked.
    async fn kill(&self, pid: u64) -> bool {
        let pid = pid.to_string();
        let mut streams = Streams::new(0, "");
        let line = ["sh", "-c", KILLER, "sh", &pid];
        // The killer itself has no deadline that would have to be killed.
        let ended = Box::pin(self.stream(&line, &[], &mut streams, None));
        let ended = timeout(KILL, ended).await;
        matches!(ended, Ok(Ok(None)))
            && self.exit_code(streams.status.as_ref()).is_ok_and(|code| code == 0)
    }

    /// Writes a command line that is too long for a URL into a script, which deletes itself.
    async fn write_script(&self, arguments: &[String], mark: &str) -> Result<String, Error> {
        let path = format!("/tmp/.{mark}.sh");
        let mut script = "rm -f -- \"$0\"\nexec".to_owned();
        for argument in arguments {
            script.push_str(" '");
            script.push_str(&argument.replace('\'', "'\\''"));
            script.push('\'');
        }
        script.push('\n');
        let line = ["sh", "-c", "umask 077; cat > \"$1\"", "sh", &path];
        let mut streams = Streams::new(1 << 10, "");
        Box::pin(self.stream(&line, script.as_bytes(), &mut streams, None)).await?;
        if self.exit_code(streams.status.as_ref())? == 0 {
            return Ok(path);
        }
        let said = shown(&String::from_utf8_lossy(&streams.stderr.bytes));
        Err(Error::Said(format!("the command line is long and has no place: {said}")))
    }

    /// Gives the path that runs a line.
    fn path<'a>(&self, line: impl Iterator<Item = &'a str>, with_stdin: bool) -> String {
        let mut path = pod_path(&self.namespace, &self.pod);
        path.push_str("/exec?stdout=true&stderr=true&container=");
        path.push_str(&percent_encoded(&self.name));
        if with_stdin {
            path.push_str("&stdin=true");
        }
        for argument in line {
            path.push_str("&command=");
            path.push_str(&percent_encoded(argument));
        }
        path
    }

    /// Reads the exit code from what the server says last.
    fn exit_code(&self, status: Option<&ExecStatus>) -> Result<i32, Error> {
        let Some(status) = status else {
            let words = format!("the connection to pod {} was lost while a command ran", self.pod);
            return Err(Error::Said(words));
        };
        if status.status == "Success" {
            return Ok(0);
        }
        let causes = status.status_details().unwrap_or_default();
        let code = causes.iter().find(|cause| cause.reason == "ExitCode");
        match code.and_then(|cause| cause.message.parse().ok()) {
            Some(code) => Ok(code),
            None => Err(Error::Said(status.message.clone())),
        }
    }
}

impl Life {
    fn of(pod: &Json, container: &str) -> Self {
        let status = status_of_container(pod, container);
        Self {
            uid: text(pod, "/metadata/uid", "").to_owned(),
            id: status.map_or("", |status| text(status, "/containerID", "")).to_owned(),
            n_restarts: status.map_or(0, |status| int(status, "/restartCount", 0)),
        }
    }
}

fn status_of_container<'a>(pod: &'a Json, name: &str) -> Option<&'a Json> {
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut all = lists.iter().flat_map(|list| items(pod, &format!("/status/{list}")));
    all.find(|status| text(status, "/name", "") == name)
}

/// Says how a container ended before it began again.
fn last_end(pod: &Json, container: &str) -> String {
    let ends = ["/state/terminated", "/lastState/terminated"];
    let status = status_of_container(pod, container);
    let end = ends.iter().find_map(|pointer| status?.pointer(pointer));
    end.map_or_else(String::new, |end| {
        let code = int(end, "/exitCode", 0);
        format!(" ({}, exit code {code})", shown(text(end, "/reason", "Error")))
    })
}

/// What the server says when a command ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ExecStatus {
    status: String,
    message: String,
    details: Option<crate::StatusDetails>,
}

impl ExecStatus {
    fn status_details(&self) -> Option<&[crate::StatusCause]> {
        Some(self.details.as_ref()?.causes.as_slice())
    }
}

/// Tells whether a runtime did not find the shell.
fn is_no_shell(message: &str) -> bool {
    message.contains("\"sh\"")
        && (message.contains("not found") || message.contains("no such file or directory"))
}

fn pod_path(namespace: &str, pod: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/pods/{pod}")
}

/// Gives the server's words if it refused the connection.
fn connect_error(error: kube::Error) -> Error {
    match error {
        kube::Error::Api(status) => Status {
            message: status.message.clone(),
            reason: status.reason.clone(),
            code: status.code,
            details: None,
        }
        .into(),
        error => Error::Said(format!("exec: {error}")),
    }
}

/// Gives a word that nobody else has.
pub(crate) fn token() -> String {
    let mut bytes = [0; 8];
    // Without randomness the clock must do.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = jiff::Timestamp::now().as_microsecond().to_le_bytes();
    }
    hex(&bytes)
}

/// Gives bytes as digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
