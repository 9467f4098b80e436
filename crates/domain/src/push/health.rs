//! A push service that fails: when it is asked again, when a notification is given up, when the registration ends.
//!
//! Spec: XEP-0357 v0.4.1, §7.1; RFC 6120 §8.3.2 and §8.3.3 (what an error means).
//! Others: one server ends a registration at the first error but `wait`, another after sixteen of them. Here three in a
//! row that say that this registration is wrong end it, since a phone that sleeps cannot register again by itself; what may
//! be the fault of a network or of a service that starts again ends it only after three days.

use parlour_xmpp::error::{Condition, ErrorType, StanzaError};

use crate::Millis;
use crate::limits::DAY;

/// How a service failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It says that this registration is wrong: no such node, not allowed.
    Denied,
    /// It, or the way to it, does not work now: no answer, no way, an error that may pass.
    Down,
    /// It was not asked: too much is under way.
    Busy,
}

impl Fault {
    /// What an error means. Those that a server on the way makes say nothing of the registration.
    pub fn of(error: &StanzaError) -> Self {
        use Condition as C;
        let passing = matches!(
            error.condition,
            C::InternalServerError
                | C::RecipientUnavailable
                | C::RemoteServerNotFound
                | C::RemoteServerTimeout
                | C::ResourceConstraint
                | C::ServiceUnavailable
                | C::UndefinedCondition
        );
        if passing || error.kind == ErrorType::Wait { Self::Down } else { Self::Denied }
    }
}

/// How one registration's service has done lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Failures in a row.
    failures: u8,
    /// Denials in a row.
    denials: u8,
    /// Tries of the notification at hand.
    tries: u8,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The registration ends.
    End,
    /// The service is left alone for so many milliseconds.
    Rest {
        /// Until it is asked again, if there is something to say then.
        span: u64,
        /// The notification at hand is given up.
        give_up: bool,
    },
}

impl Health {
    /// Whether nothing has gone wrong lately.
    pub fn is_good(&self) -> bool {
        *self == Self::default()
    }

    /// It took a notification.
    pub fn took(&mut self) {
        *self = Self::default();
    }

    /// It did not. `failing`: since when it has taken nothing, as it is kept.
    pub fn failed(&mut self, fault: Fault, failing: Option<Millis>, now: Millis) -> Verdict {
        if fault == Fault::Busy {
            return Verdict::Rest { span: SHORT, give_up: false };
        }
        self.failures = self.failures.saturating_add(1);
        self.denials = if fault == Fault::Denied { self.denials.saturating_add(1) } else { 0 };
        self.tries = self.tries.saturating_add(1);
        let long = failing.is_some_and(|since| now.saturating_sub(since) >= MAX_FAILING);
        if self.denials >= MAX_DENIALS || long {
            return Verdict::End;
        }
        let give_up = self.tries >= MAX_TRIES;
        if give_up {
            self.tries = 0;
        }
        // 1, 2, 4... minutes.
        let doubled = MINUTE.saturating_mul(1 << (self.failures - 1).min(16));
        Verdict::Rest { span: doubled.min(HOUR), give_up }
    }
}

/// Denials in a row that end a registration.
pub const MAX_DENIALS: u8 = 3;
/// Tries of one notification; some minutes later nobody is helped by it, and the next message tries again.
pub const MAX_TRIES: u8 = 3;
/// How long a service may take nothing. Phones that were off over a long weekend find their registration again.
pub const MAX_FAILING: Millis = 3 * DAY;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// Before something is tried again that was never sent.
const SHORT: u64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_800_000_000_000;

    #[test]
    fn an_error_is_about_the_registration_or_about_the_way() {
        for (error, fault) in [
            (StanzaError::item_not_found(), Fault::Denied),
            (StanzaError::not_authorized(), Fault::Denied),
            (StanzaError::forbidden(), Fault::Denied),
            (StanzaError::feature_not_implemented(), Fault::Denied),
            (StanzaError::new(Condition::Gone), Fault::Denied),
            (StanzaError::bad_request(), Fault::Denied),
            (StanzaError::item_not_found().with_type(ErrorType::Wait), Fault::Down),
            (StanzaError::service_unavailable(), Fault::Down),
            (StanzaError::remote_server_not_found(), Fault::Down),
            (StanzaError::internal_server_error(), Fault::Down),
            (StanzaError::resource_constraint(), Fault::Down),
            (StanzaError::new(Condition::RemoteServerTimeout), Fault::Down),
        ] {
            assert_eq!(Fault::of(&error), fault, "{error:?}");
        }
    }

    #[test]
    fn attack_122_a_service_that_fails_is_left_alone_for_longer_and_longer() {
        let mut health = Health::default();
        let mut seen = Vec::new();
        for _ in 0..9 {
            match health.failed(Fault::Down, Some(NOW), NOW) {
                Verdict::Rest { span, give_up } => seen.push((span / MINUTE, give_up)),
                Verdict::End => panic!("too early"),
            }
        }
        let spans: Vec<u64> = seen.iter().map(|(span, _)| *span).collect();
        assert_eq!(spans, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        let given_up: Vec<bool> = seen.iter().map(|(_, give_up)| *give_up).collect();
        assert_eq!(given_up, [false, false, true, false, false, true, false, false, true]);
        assert_eq!(health.failed(Fault::Down, Some(NOW - MAX_FAILING), NOW), Verdict::End);
        for _ in 0..1_000 {
            assert!(matches!(health.failed(Fault::Down, None, NOW), Verdict::Rest { span: HOUR, .. }));
        }
        health.took();
        assert!(health.is_good());
        assert_eq!(health.failed(Fault::Down, None, NOW), Verdict::Rest { span: MINUTE, give_up: false });
    }

    #[test]
    fn attack_122_three_denials_in_a_row_end_it_and_what_was_not_sent_counts_for_nothing() {
        let mut health = Health::default();
        for _ in 0..100 {
            assert_eq!(health.failed(Fault::Busy, None, NOW), Verdict::Rest { span: SHORT, give_up: false });
        }
        assert!(health.is_good());
        for (fault, ends) in [
            (Fault::Denied, false),
            (Fault::Denied, false),
            (Fault::Down, false),
            (Fault::Denied, false),
            (Fault::Busy, false),
            (Fault::Denied, false),
            (Fault::Denied, true),
        ] {
            assert_eq!(health.failed(fault, Some(NOW), NOW) == Verdict::End, ends, "{health:?}");
        }
    }
}
