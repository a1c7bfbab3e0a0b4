//! `wasi:http/incoming-handler`: which request gets which answer.

use wasi::exports::http::incoming_handler::Guest;
use wasi::http::types::{IncomingRequest, Method, ResponseOutparam};

use crate::answer;
use crate::body::Body;
use crate::refusal::Refusal;
use crate::stored::Stored;

/// What implements the exported interface.
#[derive(Debug)]
pub struct Upload;

// Elsewhere nothing can be linked that has a name of a component's export.
#[cfg(target_family = "wasm")]
wasi::http::proxy::export!(Upload);

impl Guest for Upload {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let mut body = Body::of(&request);
        match stored(&request, &mut body) {
            // A client that does not want the answer any more is no concern of ours.
            Ok(stored) => drop(answer::send(outparam, &stored)),
            Err(refusal) => {
                drop(answer::refuse(outparam, &refusal));
                // Whoever reads the answer only after having sent everything gets to it, and can
                // go on to use the connection.
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
