//! What a stanza's way needs to know of an account: who is signed in, whom it blocks, what it archives.
//!
//! Spec: RFC 6121 §4 and §8.5 (priorities), XEP-0191 v1.3 §5 (matching), XEP-0441 v0.2.0 §2 (what is archived).
//! One immutable value behind an `Arc`, replaced as a whole, so that stages read it without a lock.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::stanza::Stanza;
use smallvec::SmallVec;

use crate::by::Role;
use crate::caps::Interests;
use crate::clock::Millis;
use crate::device::Agent;
use crate::profile::picture::PictureHash;
use crate::push::PushTargets;

/// An account as stages see it.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Counts up with every replacement.
    pub version: u64,
    /// What it may do on its host.
    pub role: Role,
    /// Not switched off and not deleted.
    pub active: bool,
    /// When it was made: a new one is under tighter limits ([`crate::sending`]).
    pub created: Millis,
    /// Whom it blocks; usually nobody, and then shared by all.
    pub blocked: Arc<BlockList>,
    /// What goes into its archive.
    pub archive: ArchivePrefs,
    /// Which picture it shows, said in its presence.
    pub picture: Option<PictureHash>,
    /// Where its clients are to be woken; nothing for most.
    pub pushes: PushTargets,
    /// Who is signed in, in the order of binding. Of one, usually, so that a second one's place is made when it comes.
    pub resources: SmallVec<[ResourceView; 1]>,
}

impl AccountView {
    /// An active account with nobody signed in, nobody blocked and everything archived.
    pub fn new(role: Role) -> Self {
        Self {
            version: 0,
            role,
            active: true,
            created: Millis::MIN,
            blocked: BlockList::nobody(),
            archive: ArchivePrefs::default(),
            picture: None,
            pushes: None,
            resources: SmallVec::new(),
        }
    }

    /// The resource of that name.
    pub fn resource(&self, name: &str) -> Option<&ResourceView> {
        self.resources.iter().find(|r| &*r.name == name)
    }

    /// Whether somebody is there who takes messages to the bare JID.
    pub fn is_reachable(&self) -> bool {
        self.resources.iter().any(ResourceView::takes_messages)
    }
}

/// One signed-in client.
#[derive(Clone, Debug)]
pub struct ResourceView {
    /// The resource part.
    pub name: Arc<str>,
    /// Priority of its presence; `None` until it is available.
    pub priority: Option<i8>,
    /// The presence it broadcast last, `from` being the full JID; answers probes.
    pub presence: Option<Stanza>,
    /// Its presence says that there is no picture to show, so that none is said in its name (XEP-0398 §4).
    pub no_picture: bool,
    /// XEP-0280 is on.
    pub carbons: bool,
    /// It has asked for the roster, so it gets roster pushes (RFC 6121 §2.1.6).
    pub interested: bool,
    /// It has asked for the block list, so it gets its pushes (XEP-0191 §3.2).
    pub block_interested: bool,
    /// What it wants to be told of others, once that is known of a client that is available.
    pub interests: Option<Arc<Interests>>,
    /// Since when it is signed in.
    pub since: Millis,
    /// The number of its sign-in (see [`By`](crate::By)): its name, where the resource's could be another's by now.
    pub request: u64,
    /// Which installation it is, where its app said so (XEP-0388 §2.3).
    pub agent: Option<Arc<Agent>>,
}

impl ResourceView {
    /// A client that has just bound and sent no presence.
    pub fn new(name: Arc<str>) -> Self {
        Self {
            name,
            priority: None,
            presence: None,
            no_picture: false,
            carbons: false,
            interested: false,
            block_interested: false,
            interests: None,
            since: 0,
            request: 0,
            agent: None,
        }
    }

    /// Has sent initial presence.
    pub fn is_available(&self) -> bool {
        self.priority.is_some()
    }

    /// RFC 6121 §8.5.2.1.1: only a non-negative priority gets what goes to the bare JID.
    pub fn takes_messages(&self) -> bool {
        self.priority.is_some_and(|p| p >= 0)
    }
}

/// Addresses an account wants nothing to do with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockList(BTreeSet<Box<str>>);

impl BlockList {
    /// From addresses as they were blocked: full, bare, domain with resource, or domain.
    pub fn new<'a>(items: impl IntoIterator<Item = &'a Jid>) -> Self {
        Self(items.into_iter().map(|jid| jid.as_str().into()).collect())
    }

    /// The empty list, of which there is one for all accounts.
    pub fn nobody() -> Arc<Self> {
        static NOBODY: LazyLock<Arc<BlockList>> = LazyLock::new(Arc::default);
        Arc::clone(&NOBODY)
    }

    /// Nobody is blocked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many addresses are blocked.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `jid` matches an entry, in the order of XEP-0191 §5: itself, its bare form, its domain
    /// with the resource, its domain.
    pub fn blocks(&self, jid: &Jid) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let domain = jid.domain().as_str();
        if self.0.contains(jid.as_str()) || self.0.contains(bare_str(jid)) || self.0.contains(domain) {
            return true;
        }
        jid.resource().is_some_and(|r| self.0.contains(format!("{domain}/{}", r.as_str()).as_str()))
    }
}

/// The bare form of an address, without a copy.
pub fn bare_str(jid: &Jid) -> &str {
    let whole = jid.as_str();
    // Asked for several times for each message, so that the slash is not looked for.
    let resource = jid.resource().map_or(0, |resource| resource.as_str().len() + 1);
    whole.get(..whole.len() - resource).unwrap_or(whole)
}

/// Which messages an account keeps, XEP-0441 §2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchivePrefs {
    /// What holds for those on neither list.
    pub default: ArchiveDefault,
    /// Exceptions; usually none.
    pub lists: Option<Arc<ArchiveLists>>,
}

/// Exceptions from the default of [`ArchivePrefs`]. A bare address stands for all its resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchiveLists {
    /// Kept whatever the default says.
    pub always: BTreeSet<Jid>,
    /// Never kept.
    pub never: BTreeSet<Jid>,
}

/// The default of [`ArchivePrefs`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ArchiveDefault {
    /// Everybody.
    #[default]
    Always,
    /// Nobody.
    Never,
    /// Those in the roster, listed here.
    Roster(Arc<BTreeSet<BareJid>>),
}

impl ArchivePrefs {
    /// Whether a message exchanged with `with` is kept.
    pub fn keeps(&self, with: &Jid) -> bool {
        if let Some(lists) = &self.lists {
            // XEP-0441 §2.3.1: a full address is compared as it is, a bare one with the bare form.
            let bare = Jid::from(with.to_bare());
            let on = |list: &BTreeSet<Jid>| list.contains(with) || list.contains(&bare);
            if on(&lists.never) {
                return false;
            }
            if on(&lists.always) {
                return true;
            }
        }
        match &self.default {
            ArchiveDefault::Always => true,
            ArchiveDefault::Never => false,
            ArchiveDefault::Roster(contacts) => contacts.contains(&with.to_bare()),
        }
    }

    /// Somebody came into the roster, or left it.
    pub fn contact(&mut self, contact: &BareJid, there: bool) {
        if let ArchiveDefault::Roster(contacts) = &mut self.default
            && contacts.contains(contact) != there
        {
            let contacts = Arc::make_mut(contacts);
            if there {
                contacts.insert(contact.clone())
            } else {
                contacts.remove(contact)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::new(text).expect("literal")
    }

    #[test]
    fn blocking_matches_each_form() {
        for (entry, hits, misses) in [
            ("a@x/1", &["a@x/1"][..], &["a@x", "a@x/2", "x"][..]),
            ("a@x", &["a@x", "a@x/1"], &["b@x", "x", "a@y"]),
            ("x/1", &["x/1", "a@x/1"], &["a@x/2", "a@x"]),
            ("x", &["x", "a@x", "a@x/1", "x/1"], &["y", "a@y", "a@x.y"]),
        ] {
            let list = BlockList::new([&jid(entry)]);
            for j in hits {
                assert!(list.blocks(&jid(j)), "{entry} blocks {j}");
            }
            for j in misses {
                assert!(!list.blocks(&jid(j)), "{entry} does not block {j}");
            }
        }
        assert!(!BlockList::default().blocks(&jid("a@x")));
    }

    #[test]
    fn archive_preferences_follow_never_then_always_then_default() {
        let set = |list: &[&str]| list.iter().map(|one| jid(one)).collect();
        let bare = |j: &str| BareJid::new(j).expect("literal");
        let lists = ArchiveLists { always: set(&["a@x", "f@x/1"]), never: set(&["n@x", "a@x/2"]) };
        let mut prefs = ArchivePrefs {
            default: ArchiveDefault::Roster(Arc::new(BTreeSet::from([bare("r@x")]))),
            lists: Some(Arc::new(lists)),
        };
        for (with, kept) in [
            ("a@x/1", true),
            ("a@x/2", false),
            ("f@x/1", true),
            ("f@x/2", false),
            ("f@x", false),
            ("n@x", false),
            ("n@x/1", false),
            ("r@x/z", true),
            ("other@x", false),
        ] {
            assert_eq!(prefs.keeps(&jid(with)), kept, "{with}");
        }
        prefs.contact(&bare("other@x"), true);
        prefs.contact(&bare("r@x"), false);
        assert!(prefs.keeps(&jid("other@x/1")) && !prefs.keeps(&jid("r@x")));
        assert!(ArchivePrefs::default().keeps(&jid("other@x")));
        assert!(!ArchivePrefs { default: ArchiveDefault::Never, ..ArchivePrefs::default() }.keeps(&jid("a@x")));
    }

    #[test]
    fn an_account_with_one_client_is_small() {
        assert!(size_of::<AccountView>() <= 168, "{} bytes", size_of::<AccountView>());
        assert!(Arc::ptr_eq(&AccountView::new(Role::Member).blocked, &BlockList::nobody()));
    }

    #[test]
    fn the_bare_form_ends_before_the_resource() {
        for (whole, bare) in [("a@x/r/s@t", "a@x"), ("a@x", "a@x"), ("x/r", "x"), ("x", "x"), ("é@x/ü", "é@x")] {
            assert_eq!(bare_str(&jid(whole)), bare);
        }
    }

    #[test]
    fn a_negative_priority_takes_no_messages_to_the_bare_jid() {
        let mut r = ResourceView::new("r".into());
        for (priority, available, takes) in [(None, false, false), (Some(-1), true, false), (Some(0), true, true)] {
            r.priority = priority;
            assert_eq!((r.is_available(), r.takes_messages()), (available, takes));
        }
    }
}
