//! Ports for programs that a test starts, or that must find nobody there.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below those that systems give to outgoing connections, of which one could come in between this and the program's start.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port of this machine that nobody has, and that no other test of this program is given.
pub(crate) fn free_address() -> SocketAddr {
    // Another program's tests begin elsewhere.
    let begin = u16::try_from(std::process::id() * 37 % u32::from(COUNT)).expect("it is less than the count");
    for _ in 0..COUNT {
        let offset = (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST + offset));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port from {FIRST} on is free");
}
