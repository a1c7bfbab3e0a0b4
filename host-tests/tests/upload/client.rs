//! Two clients: an ordinary one, and one that behaves as no library does.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use ureq::{Agent, AsSendBody, Body, http};

use crate::server::Server;

/// The answer to a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The headers, by their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

/// Sends a request with a body through a library, and reads the answer.
pub(crate) fn request(server: &Server, method: &str, path: &str, body: impl AsSendBody) -> Answer {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .build()
        .into();
    let uri = format!("http://{}{path}", server.address);
    let request = http::Request::builder().method(method).uri(uri).body(body).unwrap();
    answer(agent.run(request).unwrap())
}

/// Uploads a body to the example by POST.
pub(crate) fn post(server: &Server, body: impl AsSendBody) -> Answer {
    request(server, "POST", "/", body)
}

fn answer(response: http::Response<Body>) -> Answer {
    let (head, mut body) = response.into_parts();
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()));
    let status = head.status.as_u16();
    let body = body.with_config().limit(u64::MAX).read_to_vec().unwrap();
    Answer { status, headers: headers.collect(), body }
}

/// A connection that is written byte by byte. Dropping it closes the connection.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(server: &Server) -> Self {
        Self(BufReader::new(TcpStream::connect(server.address).unwrap()))
    }

    /// Begins a request whose body has this length.
    pub(crate) fn begin(&mut self, length: usize) {
        self.send(format!("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: {length}\r\n\r\n"));
    }

    /// Begins a request whose body comes in chunks.
    pub(crate) fn begin_chunks(&mut self) {
        self.send("POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    /// Sends a chunk of a body; an empty one ends it.
    pub(crate) fn chunk(&mut self, bytes: &[u8]) {
        self.send([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat());
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Reads an answer that gives its length.
    pub(crate) fn answer(&mut self) -> Answer {
        let mut lines = self.0.by_ref().lines().map(Result::unwrap);
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let lines = lines.take_while(|line| !line.is_empty());
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        });
        let headers: BTreeMap<_, _> = headers.collect();
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        Answer { status, headers, body }
    }
}
