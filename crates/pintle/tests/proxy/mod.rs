//! A proxy before an API server, that counts requests, answers some itself, and ends the program that sent one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::BodyExt as _;
use pintle::cluster::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens at a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// the sender is killed before the server hears of it
    KillBefore,
    /// the sender is killed when the server has done it
    KillAfter,
    /// the server does not hear of it, and this status is the answer
    Refuse(u16),
    /// the connection is cut when the server has done it
    Cut,
}

/// Where a fault happens, and what is done to kill.
pub(crate) struct Plan {
    /// the request at which it happens, from 1
    pub(crate) at: usize,
    /// what happens
    pub(crate) fault: Fault,
    /// kills the sender, and waits until it is gone
    pub(crate) kill: Box<dyn Fn() + Send + Sync>,
}

/// A proxy that listens.
pub(crate) struct Proxy {
    /// its URL
    pub(crate) url: String,
    n: Arc<AtomicUsize>,
}

impl Proxy {
    /// Begins to listen, and forwards to the client's server until the runtime ends.
    pub(crate) async fn start(client: Client, plan: Option<Plan>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let n = Arc::new(AtomicUsize::new(0));
        let (plan, count) = (Arc::new(plan), Arc::clone(&n));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (client, plan, n) = (client.clone(), Arc::clone(&plan), Arc::clone(&count));
                tokio::spawn(async move {
                    let _ = serve(stream, &client, plan.as_ref().as_ref(), &n).await;
                });
            }
        });
        Self { url, n }
    }

    /// Gives how many requests came.
    pub(crate) fn n_requests(&self) -> usize {
        self.n.load(Ordering::SeqCst)
    }
}

async fn serve(
    mut stream: TcpStream,
    client: &Client,
    plan: Option<&Plan>,
    n: &AtomicUsize,
) -> std::io::Result<()> {
    let mut read = Vec::new();
    loop {
        let Some(request) = next(&mut stream, &mut read).await? else { return Ok(()) };
        let number = n.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = plan.filter(|plan| plan.at == number);
        match fault.map(|plan| plan.fault) {
            Some(Fault::KillBefore) => {
                fault.inspect(|plan| (plan.kill)());
                return Ok(());
            }
            Some(Fault::Refuse(code)) => {
                let body = format!(
                    r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","message":"injected","reason":"Injected","code":{code}}}"#
                );
                write(&mut stream, code, body.as_bytes()).await?;
                continue;
            }
            _ => {}
        }
        let (code, body) = forward(client, request).await;
        match fault.map(|plan| plan.fault) {
            Some(Fault::KillAfter) => {
                fault.inspect(|plan| (plan.kill)());
                return Ok(());
            }
            Some(Fault::Cut) => return Ok(()),
            _ => write(&mut stream, code, &body).await?,
        }
    }
}

/// Reads one request.
async fn next(
    stream: &mut TcpStream,
    read: &mut Vec<u8>,
) -> std::io::Result<Option<http::Request<Vec<u8>>>> {
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(read).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap().split(' ');
    let mut request =
        http::Request::builder().method(words.next().unwrap()).uri(words.next().unwrap());
    let mut length = 0;
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "accept" | "content-type" => request = request.header(name, value),
            _ => {}
        }
    }
    while read.len() < end + length {
        if stream.read_buf(read).await? == 0 {
            return Ok(None);
        }
    }
    let body = read[end..end + length].to_vec();
    read.drain(..end + length);
    Ok(Some(request.body(body).unwrap()))
}

async fn forward(client: &Client, request: http::Request<Vec<u8>>) -> (u16, Vec<u8>) {
    let response = client.kube().send(request.map(Into::into)).await.unwrap();
    let code = response.status().as_u16();
    (code, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

async fn write(stream: &mut TcpStream, code: u16, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {code} Injected\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await
}
