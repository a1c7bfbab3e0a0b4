//! The export `wasi:http/incoming-handler`, which decides the answer to each request.

use wasi::exports::http::incoming_handler::Guest;
use wasi::http::types::{IncomingRequest, Method, ResponseOutparam};

use crate::answer;
use crate::body::Body;
use crate::refusal::Refusal;
use crate::stored::Stored;

/// The implementation of the exported interface.
#[derive(Debug)]
pub struct Upload;

// The export symbol only links on wasm.
#[cfg(target_family = "wasm")]
wasi::http::proxy::export!(Upload);

impl Guest for Upload {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let mut body = Body::of(&request);
        match stored(&request, &mut body) {
            // It is no error if the client has gone: it does not want the answer any more.
            Ok(stored) => drop(answer::send(outparam, &stored)),
            Err(refusal) => {
                drop(answer::refuse(outparam, &refusal));
                // Read the rest of the upload. Many clients read the answer only after they have
                // sent everything, and can then use the connection again.
                body.for_each(drop);
            }
        }
    }
}

fn stored(request: &IncomingRequest, body: &mut Body) -> Result<Stored, Refusal> {
    if request.path_with_query().as_deref() != Some("/") {
        return Err(Refusal::NotFound);
    }
    if !matches!(request.method(), Method::Post) {
        return Err(Refusal::MethodNotAllowed);
    }
    Stored::receive(body)
}
