//! Commands and files, in a container that is this machine: a server that speaks the exec protocol runs them here.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use pintle_cluster::exec::{Command, Container, Exit};
use pintle_cluster::files::Fault;
use pintle_cluster::{Client, Error};
use serde_json::json;
use sha1::Digest as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// What the key of a handshake is answered with, by RFC 6455.
const HANDSHAKE: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Starts a server with one pod, and gives how often its container began again.
async fn start(has_shell: bool) -> (Client, Arc<AtomicI64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let n_restarts = Arc::new(AtomicI64::new(0));
    let count = Arc::clone(&n_restarts);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move { serve(stream, &count, has_shell).await });
        }
    });
    let kube = kube::Client::try_from(kube::Config::new(url.parse().unwrap())).unwrap();
    (Client::of(kube, url, "default".to_owned()), n_restarts)
}

async fn serve(mut stream: TcpStream, n_restarts: &AtomicI64, has_shell: bool) {
    let mut buffer = Vec::new();
    loop {
        while !buffer.windows(4).any(|four| four == b"\r\n\r\n") {
            let mut bytes = [0; 4096];
            match stream.read(&mut bytes).await {
                Ok(n) if n > 0 => buffer.extend_from_slice(&bytes[..n]),
                _ => return,
            }
        }
        let head = String::from_utf8(std::mem::take(&mut buffer)).unwrap();
        let path = head.split(' ').nth(1).unwrap();
        if path.contains("/exec?") {
            return exec(stream, &head, path, has_shell).await;
        }
        let body = json!({
            "metadata": {"name": "p", "uid": "u"},
            "spec": {"containers": [{"name": "main"}]},
            "status": {"containerStatuses": [{
                "name": "main", "restartCount": n_restarts.load(Ordering::SeqCst),
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
            }]},
        })
        .to_string();
        let answer = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Runs a command, with a process group of its own as in a container.
async fn exec(mut stream: TcpStream, head: &str, path: &str, has_shell: bool) {
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    let key = format!("{}{HANDSHAKE}", header("sec-websocket-key"));
    let accept = base64::prelude::BASE64_STANDARD.encode(sha1::Sha1::digest(key));
    let answer = format!(
        "HTTP/1.1 101 X\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: {accept}\r\n\
         sec-websocket-protocol: v5.channel.k8s.io\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    let query = path.split_once('?').unwrap().1;
    let line: Vec<String> =
        query.split('&').filter_map(|part| part.strip_prefix("command=")).map(decoded).collect();
    let (mut reader, mut writer) = stream.into_split();
    let (frames, mut outgoing) = unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(payload) = outgoing.recv().await {
            let mut frame = vec![0x82, 127];
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
            frame.extend_from_slice(&payload);
            if writer.write_all(&frame).await.is_err() {
                return;
            }
        }
    });
    let ended = |body: serde_json::Value| {
        let mut frame = vec![3];
        frame.extend_from_slice(body.to_string().as_bytes());
        let _ = frames.send(frame);
    };
    if line[0] == "sh" && !has_shell {
        let words = "exec: \"sh\": executable file not found in $PATH: unknown";
        return ended(json!({"status": "Failure", "message": words, "reason": "InternalError"}));
    }
    let mut child = std::process::Command::new(&line[0])
        .args(&line[1..])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let (input, chunks) = std::sync::mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        while let Ok(bytes) = chunks.recv() {
            let _ = pipe.write_all(&bytes);
        }
    });
    let mut input = query.contains("stdin=true").then_some(input);
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (out, err) = (frames.clone(), frames.clone());
    let ending = tokio::task::spawn_blocking(move || {
        let pipes = [
            std::thread::spawn(move || pump(1, stdout, &out)),
            std::thread::spawn(move || pump(2, stderr, &err)),
        ];
        let status = child.wait().unwrap();
        for pipe in pipes {
            pipe.join().unwrap();
        }
        status
    });
    let reading = tokio::spawn(async move {
        while let Ok(payload) = read_frame(&mut reader).await {
            match payload.split_first() {
                Some((0, bytes)) => {
                    if let Some(input) = &input {
                        let _ = input.send(bytes.to_vec());
                    }
                }
                Some((255, _)) => input = None,
                _ => {}
            }
        }
    });
    let status = ending.await.unwrap();
    reading.abort();
    let code = status.code().unwrap_or(137);
    if code == 0 {
        return ended(json!({"status": "Success"}));
    }
    let causes = json!([{"reason": "ExitCode", "message": code.to_string()}]);
    ended(json!({"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": causes}}));
}

fn pump(channel: u8, mut pipe: impl Read, frames: &UnboundedSender<Vec<u8>>) {
    let mut bytes = vec![0; 1 << 15];
    while let Ok(n) = pipe.read(&mut bytes) {
        if n == 0 {
            return;
        }
        let mut frame = vec![channel];
        frame.extend_from_slice(&bytes[..n]);
        let _ = frames.send(frame);
    }
}

/// Reads what a client sends: frames are masked.
async fn read_frame(reader: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut head = [0; 2];
    reader.read_exact(&mut head).await?;
    let length = match head[1] & 0x7f {
        126 => u64::from(reader.read_u16().await?),
        127 => reader.read_u64().await?,
        short => u64::from(short),
    };
    let mut mask = [0; 4];
    reader.read_exact(&mut mask).await?;
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    reader.read_exact(&mut payload).await?;
    for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    Ok(payload)
}

async fn opened() -> (Container, Arc<AtomicI64>) {
    let (client, n_restarts) = start(true).await;
    (Container::open(&client, "web", "p", None).await.unwrap(), n_restarts)
}

#[tokio::test]
async fn commands_give_what_they_print_and_how_they_end() {
    let (container, _) = opened().await;
    let command = Command::new(["sh", "-c", "cat; echo oops >&2; pwd; exit 3"])
        .stdin("in\0put\n")
        .directory("/");
    let output = container.run(&command).await.unwrap();
    assert_eq!(output.exit, Exit::Code(3));
    assert_eq!(output.stdout, b"in\0put\n/\n");
    assert_eq!(output.stderr, b"oops\n");
    let output = container.run(&Command::new(["true"])).await.unwrap();
    assert_eq!((output.exit, output.stderr), (Exit::Code(0), Vec::new()));
    let output = container.run(&Command::new(["no-such-program"])).await.unwrap();
    assert_eq!(output.exit, Exit::Code(127));
}

#[tokio::test]
async fn output_beyond_the_limit_is_cut_and_told() {
    let (container, _) = opened().await;
    let command = Command::new(["sh", "-c", "head -c 100000 /dev/zero"]).max_output(1000);
    let output = container.run(&command).await.unwrap();
    assert_eq!(output.stdout.len(), 1000);
    assert!(output.is_stdout_truncated && !output.is_stderr_truncated);
    // As much in as out at the same time does not stop.
    let bytes = vec![7; 8 << 20];
    let output = container.run(&Command::new(["cat"]).stdin(bytes.clone())).await.unwrap();
    assert!(output.stdout == bytes);
}

#[tokio::test]
async fn a_command_whose_time_is_over_is_killed_with_what_it_started() {
    let (container, _) = opened().await;
    let mark = format!("/tmp/pintle-exec-{}", std::process::id());
    let script = format!("echo begun; (sleep 2; touch {mark}) & sleep 30");
    let started = Instant::now();
    let command = Command::new(["sh", "-c", &script]).timeout(Duration::from_millis(700));
    let output = container.run(&command).await.unwrap();
    assert_eq!(output.exit, Exit::TimedOut { is_killed: true });
    assert_eq!(output.stdout, b"begun\n");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!std::path::Path::new(&mark).exists(), "its child went on");
}

#[tokio::test]
async fn a_container_without_a_shell_runs_commands_alone() {
    let (client, _) = start(false).await;
    let container = Container::open(&client, "web", "p", Some("main")).await.unwrap();
    let output = container.run(&Command::new(["echo", "a b"])).await.unwrap();
    assert_eq!((output.exit, output.stdout), (Exit::Code(0), b"a b\n".to_vec()));
    let command = Command::new(["sleep", "2"]).timeout(Duration::from_millis(300));
    let output = container.run(&command).await.unwrap();
    assert_eq!(output.exit, Exit::TimedOut { is_killed: false });
    let error = Container::open(&client, "web", "p", Some("x")).await.unwrap_err();
    assert_eq!(error.to_string(), "container x is not valid for pod p");
}

#[tokio::test]
async fn a_restart_is_told() {
    let (container, n_restarts) = opened().await;
    container.run(&Command::new(["true"])).await.unwrap();
    n_restarts.store(1, Ordering::SeqCst);
    let error = container.run(&Command::new(["true"])).await.unwrap_err();
    assert!(matches!(error, Error::Restarted(_)), "{error:?}");
    assert_eq!(error.to_string(), "container main of pod p restarted (OOMKilled, exit code 137)");
}

#[tokio::test]
async fn a_long_command_line_is_run_from_a_file() {
    let (container, _) = opened().await;
    let long = "it's ".repeat(20_000);
    let output = container.run(&Command::new(["printf", "%s", &long])).await.unwrap();
    assert_eq!(output.exit, Exit::Code(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout == long.as_bytes());
}

#[tokio::test]
async fn files_arrive_whole() {
    let (container, _) = opened().await;
    let path = format!("/tmp/pintle-files-{}/a b", std::process::id());
    let bytes: Vec<u8> = (0..=255).cycle().take(20 << 20).collect();
    container.write_file(&path, bytes.clone()).await.unwrap();
    assert!(container.read_file(&path, 100 << 20).await.unwrap() == bytes);
    container.write_file(&path, Vec::new()).await.unwrap();
    assert!(container.read_file(&path, 10).await.unwrap().is_empty());
    container.write_file(&path, b"12345".to_vec()).await.unwrap();
    for (path, max, wanted) in [
        (path.as_str(), 4, Fault::TooLong),
        ("/tmp", 4, Fault::IsDirectory),
        ("/tmp/pintle-none", 4, Fault::NotFound),
    ] {
        match container.read_file(path, max).await.unwrap_err() {
            Error::File { fault, .. } => assert_eq!(fault, wanted),
            error => panic!("{error}"),
        }
    }
    std::fs::remove_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
}
