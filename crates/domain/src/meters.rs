//! What a room counts, said once: the fields, their explanation for the metrics page, and how they are read.
//!
//! A room declares its counters with [`meters!`](crate::meters!); the page walks over [`Reading`]s, so that a counter added
//! later is on it without another word. No labels: a server of ten thousand domains has as many series as one of one.

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Only grows, since the start.
    Counter,
    /// How it is now.
    Gauge,
}

/// One number of one room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Lower case with underscores, without the room.
    pub name: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Which kind.
    pub measure: Measure,
    /// Now.
    pub value: u64,
}

/// Declares a room's counters: a struct of `AtomicU64`s that begin at zero, each with a doc comment and `Counter` or
/// `Gauge`. All of them are relaxed: each is right, two of them need not agree.
#[macro_export]
macro_rules! meters {
    (
        $(#[$about:meta])*
        $visible:vis struct $name:ident {
            $( $(#[doc = $help:literal])+ $seen:vis $field:ident: $measure:ident, )+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Default)]
        $visible struct $name {
            $( $(#[doc = $help])+ $seen $field: ::std::sync::atomic::AtomicU64, )+
        }

        impl $name {
            /// All of them as they are now.
            $visible fn readings(&self) -> ::std::vec::Vec<$crate::meters::Reading> {
                ::std::vec![$( $crate::meters::Reading {
                    name: stringify!($field),
                    help: concat!($($help),+).trim_start(),
                    measure: $crate::meters::Measure::$measure,
                    value: self.$field.load(::std::sync::atomic::Ordering::Relaxed),
                } ),+]
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    crate::meters! {
        /// Of a test.
        struct Meters {
            /// Visits since
            /// the start.
            visits: Counter,
            /// Guests now.
            guests: Gauge,
        }
    }

    #[test]
    fn what_is_declared_is_read() {
        let meters = Meters::default();
        meters.visits.fetch_add(3, Ordering::Relaxed);
        meters.guests.store(1, Ordering::Relaxed);
        assert_eq!(
            meters.readings(),
            [
                Reading { name: "visits", help: "Visits since the start.", measure: Measure::Counter, value: 3 },
                Reading { name: "guests", help: "Guests now.", measure: Measure::Gauge, value: 1 },
            ]
        );
    }
}
