//! The body of a request, in pieces.

use alloc::vec::Vec;

use wasi::http::types::{IncomingBody, IncomingRequest};
use wasi::io::streams::{InputStream, StreamError};

use crate::refusal::Refusal;

/// The most bytes that a piece has.
const PIECE: u64 = 64 << 10;

/// The body of a request. It ends after an error.
pub(crate) struct Body {
    // Fields are dropped in this order: the stream is a child of the body.
    stream: InputStream,
    _body: IncomingBody,
}

impl Body {
    pub(crate) fn of(request: &IncomingRequest) -> Self {
        let body = request.consume().expect("BUG: the body is taken once");
        let stream = body.stream().expect("BUG: the stream is taken once");
        Self { stream, _body: body }
    }
}

impl Iterator for Body {
    type Item = Result<Vec<u8>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.stream.blocking_read(PIECE) {
            Ok(piece) => Some(Ok(piece)),
            Err(StreamError::Closed) => None,
            Err(StreamError::LastOperationFailed(_)) => Some(Err(Refusal::BrokenOff)),
        }
    }
}
