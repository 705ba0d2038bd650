//! Ports of this machine that nobody uses.

use anyhow::{Context, Result};
use std::{
    io,
    net::{Ipv4Addr, TcpListener, UdpSocket},
};

/// What a port is for, and which one would be best; 0 when any is as good.
#[derive(Clone, Copy, Debug)]
pub enum Wish {
    /// TCP.
    Tcp(u16),
    /// UDP.
    Udp(u16),
}

enum Held {
    Tcp(TcpListener),
    Udp(UdpSocket),
}

/// A free port for each wish: the wished one when it is free.
///
/// # Errors
/// When the machine has none left.
pub fn free<const N: usize>(wishes: [Wish; N]) -> Result<[u16; N]> {
    let mut ports = [0; N];
    // All are held until the last one is found, so that none is given twice.
    let mut held = Vec::new();
    for (port, wish) in ports.iter_mut().zip(wishes) {
        let socket = wish.hold().context("no port is free")?;
        *port = socket.port().context("no port is free")?;
        held.push(socket);
    }
    Ok(ports)
}

/// Any free TCP port.
///
/// # Errors
/// When the machine has none left.
pub fn free_tcp() -> Result<u16> {
    free([Wish::Tcp(0)]).map(|[port]| port)
}

impl Wish {
    fn hold(self) -> io::Result<Held> {
        const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
        match self {
            Self::Tcp(port) => TcpListener::bind((HERE, port))
                .or_else(|_taken| TcpListener::bind((HERE, 0)))
                .map(Held::Tcp),
            Self::Udp(port) => UdpSocket::bind((HERE, port))
                .or_else(|_taken| UdpSocket::bind((HERE, 0)))
                .map(Held::Udp),
        }
    }
}

impl Held {
    fn port(&self) -> io::Result<u16> {
        let address = match self {
            Self::Tcp(listener) => listener.local_addr(),
            Self::Udp(socket) => socket.local_addr(),
        };
        address.map(|address| address.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wished_port_is_given_when_it_is_free_and_another_when_it_is_taken() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let [other, udp] = free([Wish::Tcp(port), Wish::Udp(port)]).unwrap();
        assert_ne!(other, port);
        assert_ne!(udp, 0);
    }

    #[test]
    fn no_port_is_given_twice() {
        let mut ports = free([Wish::Tcp(0); 20]).unwrap();
        ports.sort_unstable();
        assert!(ports.windows(2).all(|pair| pair[0] != pair[1]), "{ports:?}");
    }
}
