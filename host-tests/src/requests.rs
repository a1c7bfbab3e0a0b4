//! Requests of HTTP that a guest would send: none goes out.

use std::future::{self, Future};

use http::{Request, Response};
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks};

/// Hooks that let no request out.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRequests;

type Sent = Result<(Response<WasiBody>, Transfer)>;
type Transfer = Box<dyn Future<Output = Result<()>> + Send>;

impl WasiHttpHooks for NoRequests {
    fn send_request(
        &mut self,
        _: Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Transfer,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        Box::new(future::ready(Err(Error::HttpRequestDenied)))
    }
}
