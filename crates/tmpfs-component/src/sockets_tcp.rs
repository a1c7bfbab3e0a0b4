//! `wasi:sockets/tcp` and `tcp-create-socket`: the host's sockets, with their streams and pollables
//! wrapped.

use crate::Component;
use crate::bindings::exports::wasi::sockets::tcp::{
    self, Duration, ErrorCode, GuestTcpSocket, InputStream, IpAddressFamily, IpSocketAddress,
    Network, OutputStream, Pollable, ShutdownType,
};
use crate::bindings::exports::wasi::sockets::tcp_create_socket;
use crate::bindings::wasi::io::streams as host_streams;
use crate::bindings::wasi::sockets::{tcp as host, tcp_create_socket as host_create};
use crate::{io_poll, io_streams};

type Result<T> = core::result::Result<T, ErrorCode>;

/// A socket of the host.
pub(crate) struct TcpSocket(host::TcpSocket);

impl TcpSocket {
    fn export(socket: host::TcpSocket) -> tcp::TcpSocket {
        tcp::TcpSocket::new(Self(socket))
    }
}

fn streams(
    (input, output): (host_streams::InputStream, host_streams::OutputStream),
) -> (InputStream, OutputStream) {
    let input = InputStream::new(io_streams::InputStream::Host(input));
    (input, OutputStream::new(io_streams::OutputStream::Host(output)))
}

impl tcp_create_socket::Guest for Component {
    fn create_tcp_socket(family: IpAddressFamily) -> Result<tcp::TcpSocket> {
        host_create::create_tcp_socket(family).map(TcpSocket::export)
    }
}

impl tcp::Guest for Component {
    type TcpSocket = TcpSocket;
}

impl GuestTcpSocket for TcpSocket {
    fn start_bind(&self, network: &Network, local: IpSocketAddress) -> Result<()> {
        self.0.start_bind(network, local)
    }

    fn finish_bind(&self) -> Result<()> {
        self.0.finish_bind()
    }

    fn start_connect(&self, network: &Network, remote: IpSocketAddress) -> Result<()> {
        self.0.start_connect(network, remote)
    }

    fn finish_connect(&self) -> Result<(InputStream, OutputStream)> {
        self.0.finish_connect().map(streams)
    }

    fn start_listen(&self) -> Result<()> {
        self.0.start_listen()
    }

    fn finish_listen(&self) -> Result<()> {
        self.0.finish_listen()
    }

    fn accept(&self) -> Result<(tcp::TcpSocket, InputStream, OutputStream)> {
        let (socket, input, output) = self.0.accept()?;
        let (input, output) = streams((input, output));
        Ok((Self::export(socket), input, output))
    }

    fn local_address(&self) -> Result<IpSocketAddress> {
        self.0.local_address()
    }

    fn remote_address(&self) -> Result<IpSocketAddress> {
        self.0.remote_address()
    }

    fn is_listening(&self) -> bool {
        self.0.is_listening()
    }

    fn address_family(&self) -> IpAddressFamily {
        self.0.address_family()
    }

    fn set_listen_backlog_size(&self, value: u64) -> Result<()> {
        self.0.set_listen_backlog_size(value)
    }

    fn keep_alive_enabled(&self) -> Result<bool> {
        self.0.keep_alive_enabled()
    }

    fn set_keep_alive_enabled(&self, value: bool) -> Result<()> {
        self.0.set_keep_alive_enabled(value)
    }

    fn keep_alive_idle_time(&self) -> Result<Duration> {
        self.0.keep_alive_idle_time()
    }

    fn set_keep_alive_idle_time(&self, value: Duration) -> Result<()> {
        self.0.set_keep_alive_idle_time(value)
    }

    fn keep_alive_interval(&self) -> Result<Duration> {
        self.0.keep_alive_interval()
    }

    fn set_keep_alive_interval(&self, value: Duration) -> Result<()> {
        self.0.set_keep_alive_interval(value)
    }

    fn keep_alive_count(&self) -> Result<u32> {
        self.0.keep_alive_count()
    }

    fn set_keep_alive_count(&self, value: u32) -> Result<()> {
        self.0.set_keep_alive_count(value)
    }

    fn hop_limit(&self) -> Result<u8> {
        self.0.hop_limit()
    }

    fn set_hop_limit(&self, value: u8) -> Result<()> {
        self.0.set_hop_limit(value)
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

    fn shutdown(&self, which: ShutdownType) -> Result<()> {
        self.0.shutdown(match which {
            ShutdownType::Receive => host::ShutdownType::Receive,
            ShutdownType::Send => host::ShutdownType::Send,
            ShutdownType::Both => host::ShutdownType::Both,
        })
    }
}
