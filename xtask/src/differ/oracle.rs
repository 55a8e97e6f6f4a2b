//! The Go side: one process of the recorder, which answers lines of requests with lines.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::{Value as Json, json};

use crate::Result;

/// What somebody makes of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// the text of the snapshot
    Text(String),
    /// the case cannot be put, or Go dies of it or has no end
    None,
    /// a panic, or no end of ours
    Broken(String),
}

impl Answer {
    /// Tells whether the case failed, in words of the engine or worse.
    pub(crate) fn is_failure(&self) -> bool {
        self.class() != "ok"
    }

    /// Says in a word how it ended.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Broken(_) => "broken",
            Self::None => "none",
            Self::Text(text) => {
                let first = text.lines().next().unwrap_or_default();
                let is_error = first.ends_with(" error ---")
                    || text.starts_with("error: ")
                    || text.contains("\terror: ")
                    || text.contains("=> error ");
                if is_error { "error" } else { "ok" }
            }
        }
    }

    /// Gives the text for a person.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::None => "nothing".to_owned(),
            Self::Broken(reason) => format!("broken: {reason}"),
        }
    }
}

/// Writes a request as a line.
pub(crate) fn request(domain: &str, oracle: &str, text: &str) -> String {
    json!({"domain": domain, "oracle": oracle, "text": text}).to_string() + "\n"
}

/// The recorder, serving.
pub(crate) struct Oracle {
    program: PathBuf,
    fixtures: PathBuf,
    process: Option<Process>,
    /// what was asked and not yet answered; a case that cannot be put was not asked
    open: VecDeque<Option<String>>,
}

struct Process {
    child: Child,
    requests: ChildStdin,
    responses: Receiver<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process that has ended by itself cannot be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Oracle {
    /// Builds the recorder.
    pub(crate) fn build(root: &Path) -> Result<Self> {
        let program = root.join("target").join("oracle");
        let status = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(root.join("xtask/oracle"))
            .env("GOFLAGS", "-mod=mod")
            .status()
            .map_err(|error| format!("go: {error}"))?;
        if !status.success() {
            return Err("the recorder does not build".to_owned());
        }
        Ok(Self { program, fixtures: root.join("fixtures"), process: None, open: VecDeque::new() })
    }

    /// Sends requests; each is answered in turn, and what was asked before has been answered.
    pub(crate) fn ask(&mut self, requests: Vec<Option<String>>) -> Result {
        if !self.open.is_empty() {
            return Err("there are answers to take".to_owned());
        }
        self.open.extend(requests);
        match self.process {
            Some(_) => self.send(),
            None => self.start(),
        }
    }

    fn start(&mut self) -> Result {
        let mut child = Command::new(&self.program)
            .arg("serve")
            .arg(&self.fixtures)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let requests = child.stdin.take().ok_or("the recorder has no input")?;
        let output = child.stdout.take().ok_or("the recorder has no output")?;
        let (sender, responses) = channel();
        // A thread of its own reads, or both sides could wait for each other to read.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(std::result::Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        self.process = Some(Process { child, requests, responses });
        self.send()
    }

    /// Sends all that is open; nothing is open when this is called but what was just asked, or is asked anew.
    fn send(&mut self) -> Result {
        let text: String = self.open.iter().flatten().map(String::as_str).collect();
        let process = self.process.as_mut().ok_or("the recorder does not run")?;
        // A recorder that has ended is seen when its answer is missing.
        let _ = process.requests.write_all(text.as_bytes());
        Ok(())
    }

    /// Takes the answer to the request that was asked first.
    pub(crate) fn answer(&mut self) -> Result<Answer> {
        let Some(asked) = self.open.pop_front() else {
            return Err("nothing was asked".to_owned());
        };
        if asked.is_none() {
            return Ok(Answer::None);
        }
        let process = self.process.as_ref().ok_or("the recorder does not run")?;
        let Ok(line) = process.responses.recv() else {
            // The process died of this case; the others are asked anew.
            self.process = None;
            self.start()?;
            return Ok(Answer::None);
        };
        let answer: Json = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        let error = answer["error"].as_str().unwrap_or_default();
        if error == "timeout" {
            self.process = None;
            self.start()?;
            return Ok(Answer::None);
        }
        if error.starts_with("panic: ") {
            return Ok(Answer::Broken(error.to_owned()));
        }
        if !error.is_empty() {
            return Ok(Answer::None);
        }
        let text = raw_bytes(answer["text"].as_str().unwrap_or_default());
        Ok(Answer::Text(String::from_utf8_lossy(&text).into_owned()))
    }
}

/// Makes bytes of the characters U+F780 to U+F7FF, which stand for them.
fn raw_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            raw @ 0xF780..=0xF7FF => bytes.extend((raw & 0xFF).to_le_bytes().first()),
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}
