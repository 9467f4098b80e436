//! Landing pages as they were written out a moment ago: a link that is handed round in a group is opened by many within a
//! minute, and drawing its square and choosing its words takes a hundred times as long as sending them.
//!
//! No spec. A page is sent again only while everything it was made of is the very same: the invite as the engine knows it
//! (which is another one after each change), the host's policy and look, the language, the device, the number of people.
//! Whether the invite is good at all is judged before, each time. How long it is still good is told in minutes, so that a
//! page is at most [`AGE`] old.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderValue;
use bytes::Bytes;
use parlour_domain::token::TokenId;
use parlour_domain::{HostPolicy, Millis};
use parlour_engine::invites::Looked;

use crate::look::Look;
use crate::platform::Visitor;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Which {
    /// Of which invite.
    pub id: TokenId,
    /// The tag of its language.
    pub lang: &'static str,
    /// For which device.
    pub visitor: Visitor,
    /// With how many people here.
    pub members: Option<u64>,
    /// Whether it makes an account here.
    pub makes_account: bool,
}

/// What it is made of beside that.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// The invite.
    pub looked: Arc<Looked>,
    /// What its host allows.
    pub policy: Arc<HostPolicy>,
    /// How its host looks.
    pub look: Arc<Look>,
    /// When.
    pub at: Millis,
}

impl Made {
    fn is_still(&self, now: &Self) -> bool {
        Arc::ptr_eq(&self.looked, &now.looked)
            && Arc::ptr_eq(&self.policy, &now.policy)
            && Arc::ptr_eq(&self.look, &now.look)
            && (0..AGE).contains(&now.at.saturating_sub(self.at))
    }
}

/// A page as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The document.
    pub html: Bytes,
    /// Its Link header.
    pub link: HeaderValue,
}

/// The pages. Bounded: those that were not asked for lately go.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Which, (Made, Written)>,
    old: HashMap<Which, (Made, Written)>,
    /// Of the young.
    bytes: usize,
}

impl Kept {
    /// The page, if it is here and nothing has changed.
    pub(crate) fn find(&self, which: &Which, made: &Made) -> Option<Written> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, written)) = all.young.get(which) {
            return then.is_still(made).then(|| written.clone());
        }
        let (then, written) = all.old.remove(which)?;
        if !then.is_still(made) {
            return None;
        }
        all.put(*which, then, written.clone());
        Some(written)
    }

    /// Keeps a page that was just written out.
    pub(crate) fn put(&self, which: Which, made: Made, written: Written) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(which, made, written);
    }
}

impl Generations {
    fn put(&mut self, which: Which, made: Made, written: Written) {
        if self.bytes >= MOST_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += written.html.len();
        if let Some((_, before)) = self.young.insert(which, (made, written)) {
            self.bytes = self.bytes.saturating_sub(before.html.len());
        }
    }
}

/// How old a page may be that is sent again: its "in two minutes" may be wrong by that much.
const AGE: Millis = 10_000;

/// Bytes of pages in each of two generations: some sixty pages. A guess.
const MOST_BYTES: usize = 2 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use parlour_domain::invite::{Invite, InviteKind};
    use parlour_domain::{HostName, Who};

    use super::*;
    use crate::platform::Visitor;

    fn looked() -> Arc<Looked> {
        let invite = Invite {
            id: id(0),
            key: 1,
            host: HostName::parse("h.example").expect("a domain"),
            kind: InviteKind::Account,
            maker: Who::Operator,
            subscribe: false,
            created: 0,
            expires: 1,
            max_uses: 1,
            uses: 0,
            opened: 0,
            name: None,
            role: None,
            groups: Vec::new(),
            note: None,
            hello: None,
            lang: None,
            parent: None,
            depth: 0,
            renewed: None,
            revoked: None,
        };
        Arc::new(Looked { invite, maker: None, target: None, owned: true })
    }

    fn id(n: usize) -> TokenId {
        format!("{n:0>11}").parse().expect("an id")
    }

    fn which(n: usize) -> Which {
        let visitor = Visitor::from_headers("", None);
        Which { id: id(n), lang: "en", visitor, members: None, makes_account: true }
    }

    fn made() -> Made {
        Made { looked: looked(), policy: Arc::default(), look: Arc::default(), at: 1_000 }
    }

    fn page(bytes: usize) -> Written {
        Written { html: vec![b'x'; bytes].into(), link: HeaderValue::from_static("<xmpp:>") }
    }

    #[test]
    fn a_page_is_sent_again_while_everything_in_it_is_the_same() {
        let (kept, made) = (Kept::default(), made());
        kept.put(which(1), made.clone(), page(10));
        assert!(kept.find(&which(1), &made).is_some());
        assert!(kept.find(&which(1), &Made { at: made.at + AGE - 1, ..made.clone() }).is_some());
        for other in [
            Made { looked: looked(), ..made.clone() },
            Made { policy: Arc::default(), ..made.clone() },
            Made { look: Arc::default(), ..made.clone() },
            Made { at: made.at + AGE, ..made.clone() },
            // The clock was set back.
            Made { at: made.at - 1, ..made.clone() },
        ] {
            assert!(kept.find(&which(1), &other).is_none());
        }
        for other in [
            which(2),
            Which { lang: "de", ..which(1) },
            Which { members: Some(2), ..which(1) },
            Which { makes_account: false, ..which(1) },
            Which { visitor: Visitor::from_headers("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)", None), ..which(1) },
        ] {
            assert!(kept.find(&other, &made).is_none());
        }
    }

    #[test]
    fn pages_that_nobody_asks_for_go() {
        let (kept, made) = (Kept::default(), made());
        let large = MOST_BYTES / 10;
        kept.put(which(0), made.clone(), page(large));
        for n in 1..100 {
            kept.put(which(n), made.clone(), page(large));
            assert!(kept.find(&which(0), &made).is_some(), "asked for again and again");
        }
        assert!(kept.find(&which(1), &made).is_none());
        let held = |all: &HashMap<Which, (Made, Written)>| all.values().map(|(_, w)| w.html.len()).sum::<usize>();
        let all = kept.0.lock().expect("no panic");
        assert!(held(&all.young) + held(&all.old) <= 2 * (MOST_BYTES + large));
    }
}
