//! `wasi:sockets/udp` and `udp-create-socket`: the host's sockets, with their pollables wrapped.

use alloc::vec::Vec;

use crate::Component;
use crate::bindings::exports::wasi::sockets::udp::{
    self, ErrorCode, GuestIncomingDatagramStream, GuestOutgoingDatagramStream, GuestUdpSocket,
    IncomingDatagram, IpAddressFamily, IpSocketAddress, Network, OutgoingDatagram, Pollable,
};
use crate::bindings::exports::wasi::sockets::udp_create_socket;
use crate::bindings::wasi::sockets::{udp as host, udp_create_socket as host_create};
use crate::io_poll;

type Result<T> = core::result::Result<T, ErrorCode>;

/// A socket of the host.
pub(crate) struct UdpSocket(host::UdpSocket);

/// A stream of the host for incoming datagrams.
pub(crate) struct IncomingDatagramStream(host::IncomingDatagramStream);

/// A stream of the host for outgoing datagrams.
pub(crate) struct OutgoingDatagramStream(host::OutgoingDatagramStream);

impl udp_create_socket::Guest for Component {
    fn create_udp_socket(family: IpAddressFamily) -> Result<udp::UdpSocket> {
        host_create::create_udp_socket(family).map(UdpSocket).map(udp::UdpSocket::new)
    }
}

impl udp::Guest for Component {
    type UdpSocket = UdpSocket;
    type IncomingDatagramStream = IncomingDatagramStream;
    type OutgoingDatagramStream = OutgoingDatagramStream;
}

impl GuestUdpSocket for UdpSocket {
    fn start_bind(&self, network: &Network, local: IpSocketAddress) -> Result<()> {
        self.0.start_bind(network, local)
    }

    fn finish_bind(&self) -> Result<()> {
        self.0.finish_bind()
    }

    fn stream(
        &self,
        remote: Option<IpSocketAddress>,
    ) -> Result<(udp::IncomingDatagramStream, udp::OutgoingDatagramStream)> {
        let (incoming, outgoing) = self.0.stream(remote)?;
        let incoming = udp::IncomingDatagramStream::new(IncomingDatagramStream(incoming));
        Ok((incoming, udp::OutgoingDatagramStream::new(OutgoingDatagramStream(outgoing))))
    }

    fn local_address(&self) -> Result<IpSocketAddress> {
        self.0.local_address()
    }

    fn remote_address(&self) -> Result<IpSocketAddress> {
        self.0.remote_address()
    }

    fn address_family(&self) -> IpAddressFamily {
        self.0.address_family()
    }

    fn unicast_hop_limit(&self) -> Result<u8> {
        self.0.unicast_hop_limit()
    }

    fn set_unicast_hop_limit(&self, value: u8) -> Result<()> {
        self.0.set_unicast_hop_limit(value)
    }

    fn receive_buffer_size(&self) -> Result<u64> {
        self.0.receive_buffer_size()
    }

    fn set_receive_buffer_size(&self, value: u64) -> Result<()> {
        self.0.set_receive_buffer_size(value)
    }

    fn send_buffer_size(&self) -> Result<u64> {
        self.0.send_buffer_size()
    }

    fn set_send_buffer_size(&self, value: u64) -> Result<()> {
        self.0.set_send_buffer_size(value)
    }

    fn subscribe(&self) -> Pollable {
        io_poll::Pollable::host(self.0.subscribe())
    }
}

impl GuestIncomingDatagramStream for IncomingDatagramStream {
    fn receive(&self, most: u64) -> Result<Vec<IncomingDatagram>> {
        let received = self.0.receive(most)?.into_iter();
        let told = received.map(|host::IncomingDatagram { data, remote_address }| {
            IncomingDatagram { data, remote_address }
        });
        Ok(told.collect())
    }

    fn subscribe(&self) -> Pollable {
        io_poll::Pollable::host(self.0.subscribe())
    }
}

impl GuestOutgoingDatagramStream for OutgoingDatagramStream {
    fn check_send(&self) -> Result<u64> {
        self.0.check_send()
    }

    fn send(&self, datagrams: Vec<OutgoingDatagram>) -> Result<u64> {
        let datagrams = datagrams.into_iter();
        let told = datagrams.map(|OutgoingDatagram { data, remote_address }| {
            host::OutgoingDatagram { data, remote_address }
        });
        self.0.send(&told.collect::<Vec<_>>())
    }

    fn subscribe(&self) -> Pollable {
        io_poll::Pollable::host(self.0.subscribe())
    }
}
