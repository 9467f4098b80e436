//! How many descriptors the process may have, and how many of them strangers do not get.
//!
//! The kernel gives out the lowest free number (POSIX `accept`), so that the number of a new socket says how many are in
//! use at least: no count is kept. Doors to the world stop [`WORLD`] short of the limit, those for this machine
//! [`MACHINE`] short of it: what is left is for the operator's commands, the store's files and certificates that are read
//! again. Whoever comes too late is closed at once and can try again, where in the kernel's queue it would wait in vain.
//!
//! Spec: ATTACKS F9 and 115.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::process::{Resource, getrlimit};

use crate::peer::ListenerKind;

/// What doors to the world leave over. A guess: a few commands, a few scrapes of the counters, a backup, at once.
const WORLD: u64 = 64;

/// What doors for this machine leave over: the store's files, certificates.
const MACHINE: u64 = 16;

/// The descriptors this process may have; `u64::MAX` where there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room(u64);

impl Room {
    /// As the process's soft limit is now.
    pub fn now() -> Self {
        Self(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))
    }

    /// How many there may be.
    pub fn most(self) -> u64 {
        self.0
    }

    /// How many connections that have not signed in may be held of `asked`: at most half, so that they do not keep out
    /// those who have.
    pub fn for_strangers(self, asked: u32) -> u32 {
        asked.min(u32::try_from(self.0 / 2).unwrap_or(u32::MAX))
    }

    /// Whether a connection that was accepted at the door `kind` can be kept.
    pub fn takes(self, kind: ListenerKind, socket: &impl AsFd) -> bool {
        u64::try_from(socket.as_fd().as_raw_fd()).is_ok_and(|number| number < self.end(kind))
    }

    /// The first number that the door does not take. Where there is little, half of it is for connections.
    fn end(self, kind: ListenerKind) -> u64 {
        let left = match kind {
            ListenerKind::LocalSocket | ListenerKind::Local => MACHINE.min(self.0 / 8),
            ListenerKind::C2s
            | ListenerKind::C2sTls
            | ListenerKind::S2s
            | ListenerKind::Web
            | ListenerKind::WebTls
            | ListenerKind::WebSocket
            | ListenerKind::Bosh => WORLD.min(self.0 / 2),
        };
        self.0 - left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_09_some_are_left_for_the_operator_and_the_store() {
        for (most, world, machine) in [(20_000, 19_936, 19_984), (160, 96, 144), (64, 32, 56), (0, 0, 0)] {
            let room = Room(most);
            assert_eq!((room.end(ListenerKind::C2s), room.end(ListenerKind::LocalSocket)), (world, machine));
            assert_eq!(room.end(ListenerKind::Web), room.end(ListenerKind::WebTls));
        }
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        assert!(Room(u64::MAX).takes(ListenerKind::C2s, &socket));
        assert!(!Room(0).takes(ListenerKind::LocalSocket, &socket));
    }

    #[test]
    fn fault_09_strangers_hold_at_most_half() {
        assert_eq!(Room(1024).for_strangers(20_000), 512);
        assert_eq!(Room(1024).for_strangers(100), 100);
        assert_eq!(Room(u64::MAX).for_strangers(20_000), 20_000);
    }
}
