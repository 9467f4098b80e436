//! How much clients that are signed in may send, and what their accounts have sent lately.
//!
//! Spec: XEP-0205 v1.0.2 §4.6, §4.7 and §4.9.

use std::sync::{Arc, PoisonError, RwLock};

use parlour_domain::sending::SendLimits;

/// The limits that hold now.
#[derive(Debug, Default)]
pub struct Sending {
    limits: RwLock<Arc<SendLimits>>,
}

impl Sending {
    /// What holds from here on.
    pub fn set(&self, limits: SendLimits) {
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }

    /// What holds now.
    pub fn limits(&self) -> Arc<SendLimits> {
        Arc::clone(&self.limits.read().unwrap_or_else(PoisonError::into_inner))
    }
}
