//! The body of a request, piece by piece.

use alloc::vec::Vec;

use wasi::http::types::{IncomingBody, IncomingRequest};
use wasi::io::streams::{InputStream, StreamError};

use crate::refusal::Refusal;

/// The most bytes of a piece.
const PIECE: u64 = 64 << 10;

/// The body of a request. After an error it has ended.
pub(crate) struct Body {
    // Dropped in this order: the stream is a part of the body.
    stream: InputStream,
    _body: IncomingBody,
}

impl Body {
    pub(crate) fn of(request: &IncomingRequest) -> Self {
        let body = request.consume().expect("BUG: it is taken once");
        let stream = body.stream().expect("BUG: it is taken once");
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
