//! `wasi:sockets/ip-name-lookup`: the host's lookups, with their pollables wrapped.

use alloc::string::String;

use crate::Component;
use crate::bindings::exports::wasi::sockets::ip_name_lookup::{
    ErrorCode, Guest, GuestResolveAddressStream, IpAddress, Network, Pollable,
    ResolveAddressStream as Exported,
};
use crate::bindings::wasi::sockets::ip_name_lookup as host;
use crate::io_poll;

/// A stream of addresses of the host.
pub(crate) struct ResolveAddressStream(host::ResolveAddressStream);

impl Guest for Component {
    type ResolveAddressStream = ResolveAddressStream;

    fn resolve_addresses(network: &Network, name: String) -> Result<Exported, ErrorCode> {
        host::resolve_addresses(network, &name).map(ResolveAddressStream).map(Exported::new)
    }
}

impl GuestResolveAddressStream for ResolveAddressStream {
    fn resolve_next_address(&self) -> Result<Option<IpAddress>, ErrorCode> {
        self.0.resolve_next_address()
    }

    fn subscribe(&self) -> Pollable {
        io_poll::Pollable::host(self.0.subscribe())
    }
}
