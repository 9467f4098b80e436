//! How long to wait after too many tries, and the engine's budgets as the pages ask them.
//!
//! All budgets are the engine's, one for all doors together; what is here only says whose they are.
//! Spec: RFC 6585 §4 (429), RFC 9110 §10.2.3 (Retry-After).

use std::sync::Arc;
use std::time::Duration;

use parlour_domain::token::TokenId;
use parlour_domain::{HostName, HostPolicy};
use parlour_engine::attempts::TooMany;
use parlour_engine::throttle::{Taken, Throttle};
use parlour_net::AddrPrefix;

/// Too often: try again after this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// Whole seconds, rounded up, at least 1: for Retry-After.
    pub fn seconds(self) -> u64 {
        self.0.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
    }
}

impl From<TooMany> for Wait {
    fn from(wait: TooMany) -> Self {
        Self(Duration::from_millis(wait.millis))
    }
}

/// The budgets, by who asks over HTTP.
#[derive(Debug)]
pub struct Limits(Arc<Throttle>);

impl Limits {
    /// Those of all doors.
    pub fn new(throttle: &Arc<Throttle>) -> Self {
        Self(Arc::clone(throttle))
    }

    /// One form that would make an account or a password: [`Throttle::registration`].
    ///
    /// # Errors
    /// [`Wait`].
    pub fn registration(
        &self,
        host: &HostName,
        policy: &HostPolicy,
        from: AddrPrefix,
        invite: Option<TokenId>,
    ) -> Result<Taken, Wait> {
        Ok(self.0.registration(host, policy, Some(&from.to_string()), invite)?)
    }

    /// Whether a link from this address is looked at at all: [`Throttle::may_guess`].
    ///
    /// # Errors
    /// [`Wait`].
    pub fn may_guess(&self, from: AddrPrefix) -> Result<(), Wait> {
        Ok(self.0.may_guess(&from.to_string())?)
    }

    /// One link that is nobody's: [`Throttle::missed`].
    pub fn miss(&self, from: AddrPrefix) {
        self.0.missed(&from.to_string());
    }

    /// One password to be checked: [`Throttle::sign_in`]. Wrong ones are counted by the act itself.
    ///
    /// # Errors
    /// [`Wait`].
    pub fn sign_in(&self, from: AddrPrefix) -> Result<(), Wait> {
        Ok(self.0.sign_in(&from.to_string())?)
    }

    /// One invite made by this account's browser: [`Throttle::clicked`].
    ///
    /// # Errors
    /// [`Wait`].
    pub fn invite(&self, account: &str) -> Result<(), Wait> {
        Ok(self.0.clicked(account)?)
    }
}
