//! The answer: the upload, or the reason for refusing it.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use wasi::http::types::{Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};
use wasi::io::streams::OutputStream;

use crate::refusal::Refusal;
use crate::stored::Stored;

/// A failure to finish an answer: the client is gone, or the file cannot be read. The host notices
/// that the body was not finished, and lets the client notice it.
pub(crate) struct Unfinished;

/// Answers with the upload.
pub(crate) fn send(to: ResponseOutparam, stored: &Stored) -> Result<(), Unfinished> {
    let place = if stored.in_memory() { "memory" } else { "file" };
    let headers = [
        ("content-type", "application/octet-stream".to_owned()),
        ("content-length", stored.size.to_string()),
        // RFC 9530 defines the header.
        ("content-digest", format!("sha-256=:{}:", BASE64_STANDARD.encode(stored.sha256))),
        ("upload-stored-in", place.to_owned()),
    ];
    let body = begin(to, 200, &headers);
    finish(body, stored.pieces().map(|piece| piece.map_err(|_| Unfinished)))
}

/// Answers with the reason for the refusal.
pub(crate) fn refuse(to: ResponseOutparam, refusal: &Refusal) -> Result<(), Unfinished> {
    let text = format!("{refusal}\n");
    let mut headers = Vec::from([
        ("content-type", "text/plain; charset=utf-8".to_owned()),
        ("content-length", text.len().to_string()),
    ]);
    if let Refusal::MethodNotAllowed = refusal {
        headers.push(("allow", "POST".to_owned()));
    }
    let body = begin(to, refusal.status(), &headers);
    finish(body, [Ok(text.into_bytes())])
}

/// Sends the status and the headers.
fn begin(to: ResponseOutparam, status: u16, headers: &[(&str, String)]) -> OutgoingBody {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone().into_bytes()))
        .collect();
    let headers = Fields::from_list(&headers).expect("BUG: the headers are valid");
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).expect("BUG: the status code is valid");
    let body = response.body().expect("BUG: the body is taken once");
    ResponseOutparam::set(to, Ok(response));
    body
}

/// Sends the body and finishes it.
fn finish(
    body: OutgoingBody,
    pieces: impl IntoIterator<Item = Result<Vec<u8>, Unfinished>>,
) -> Result<(), Unfinished> {
    let stream = body.write().expect("BUG: the stream is taken once");
    for piece in pieces {
        write(&stream, &piece?)?;
    }
    stream.blocking_flush().map_err(|_| Unfinished)?;
    // Drop the stream first: it is a child of the body.
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|_| Unfinished)
}

/// Writes as fast as the client reads.
fn write(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), Unfinished> {
    while !bytes.is_empty() {
        let room = stream.check_write().map_err(|_| Unfinished)?;
        if room == 0 {
            stream.subscribe().block();
            continue;
        }
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let (now, later) = bytes.split_at(bytes.len().min(room));
        stream.write(now).map_err(|_| Unfinished)?;
        bytes = later;
    }
    Ok(())
}
