//! `serve [--max-instance-reuse-count N] COMPONENT`: `wasmtime serve` for the test of
//! `examples/upload`, on a port that it says. Linker, instances and requests are those of the
//! command, which has them from the same crate. The command itself would bring 45 packages more,
//! and features of wasmtime with which nothing else here is to be measured.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::{TcpListener, TcpStream};
use wasmtime_wasi_http::handler::ProxyHandler;
use wasmtime_wasi_http::io::TokioIo;

mod instance;

use instance::Instances;

fn main() -> Result<()> {
    let (component, requests) = arguments()?;
    let handler = ProxyHandler::new(Instances::of(&component, requests)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        eprintln!("Serving HTTP on http://{}/", listener.local_addr()?);
        loop {
            let (connection, _) = listener.accept().await?;
            connection.set_nodelay(true)?;
            tokio::spawn(answer(connection, handler.clone()));
        }
    })
}

/// Returns the component, and the number of requests that an instance answers: by default one, as
/// in the command.
fn arguments() -> Result<(PathBuf, usize)> {
    let usage = "serve [--max-instance-reuse-count N] COMPONENT";
    let mut words = std::env::args().skip(1);
    let mut word = words.next().context(usage)?;
    let mut requests = 1;
    if word == "--max-instance-reuse-count" {
        requests = words.next().context(usage)?.parse().context(usage)?;
        word = words.next().context(usage)?;
    }
    Ok((word.into(), requests))
}

/// Answers what comes over a connection, until it ends or an instance traps. (There the command
/// answers 500.)
async fn answer(connection: TcpStream, handler: ProxyHandler<Instances>) {
    let service = service_fn(|request: Request<Incoming>| {
        handler.handle((), request.map(|body| body.map_err(Into::into).boxed_unsync()))
    });
    if let Err(error) =
        http1::Builder::new().serve_connection(TokioIo::new(connection), service).await
    {
        eprintln!("error: {error:?}");
    }
}
