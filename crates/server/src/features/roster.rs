//! The roster: asked for whole or by what changed, and set one contact at a time.
//!
//! Spec: RFC 6121 §2 (2.1.4 get, 2.3 set, 2.5 remove, 2.6 versioning), §3.4 (pre-approval).
//! Left out: pushes, which are an effect of the acts.

use std::sync::Arc;

use parlour_domain::roster::{RosterItem, RosterRefusal, Since, Wish};
use parlour_engine::{ActError, Ctx, Iq, IqAnswer, IqReply, Rosters, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::roster::{self as wire, RosterEntry, RosterGet, RosterItems, RosterSet, Subscription};
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec, ours};

pub(super) struct Roster(pub(super) Arc<Rosters>);

impl Feature for Roster {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::rfc(6121), Spec::xep(237, "1.3")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.stream_feature(Element::new(ns::ROSTER_VERSIONING, "ver"));
        on.stream_feature(Element::new(ns::PRE_APPROVAL, "sub"));
        let rosters = Arc::clone(&self.0);
        on.iq_get(ns::ROSTER, "query", Target::OwnAccount, move |ctx, iq| {
            let (rosters, ctx) = (Arc::clone(&rosters), ctx.clone());
            IqAnswer::later(async move { get(&rosters, &ctx, &iq).await })
        });
        let rosters = Arc::clone(&self.0);
        on.iq_set(ns::ROSTER, "query", Target::OwnAccount, move |ctx, iq| {
            let (rosters, ctx) = (Arc::clone(&rosters), ctx.clone());
            IqAnswer::later(async move { set(&rosters, &ctx, &iq).await })
        });
    }
}

async fn get(rosters: &Rosters, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = ctx.session()?;
    let ask = RosterGet::read(&iq.payload)?;
    // Before reading: what changes from here on is pushed, twice rather than never.
    session.live.update_resource(session.resource(), &session.outbox, |r| r.interested = true);
    // §2.6.3: an empty version asks for the whole, with a version.
    if let Some(held) = ask.ver.as_deref().and_then(|ver| ver.parse().ok()) {
        match rosters.since(session.bare(), held).await.map_err(ours)? {
            Since::All => {}
            Since::Some(news) => {
                // An empty result says that the client's copy holds; what changed since is pushed item by item.
                for one in news {
                    let entry =
                        one.item.map_or(RosterEntry::Removed(one.contact), |item| RosterEntry::Item(entry(item)));
                    push(ctx, one.version, entry)?;
                }
                return Ok(None);
            }
        }
    }
    let (roster, _) = rosters.read(session.bare()).await.map_err(ours)?;
    let items = roster.items.into_iter().map(|item| RosterEntry::Item(entry(item))).collect();
    let ver = ask.ver.map(|_| roster.version.to_string());
    Ok(Some(RosterItems { ver, items }.to_element()))
}

async fn set(rosters: &Rosters, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = ctx.session()?;
    let done = match RosterSet::read(&iq.payload)? {
        RosterSet::Update { jid, name, groups } => {
            rosters.set(&session.by(), session.bare(), jid, Wish { name, groups }).await
        }
        RosterSet::Remove { jid } => rosters.remove(&session.by(), session.bare(), jid).await,
    };
    match done {
        Ok(done) => {
            done.into_out();
            Ok(None)
        }
        Err(ActError::Refused(refusal)) => Err(refused(refusal)),
        Err(ActError::Failed(error)) => Err(ours(error)),
    }
}

/// One item to the asking client only.
fn push(ctx: &Ctx, version: u64, entry: RosterEntry) -> Result<(), StanzaError> {
    use parlour_router::Out;
    use parlour_xmpp::stanza::{Kind, Stanza};

    let session = ctx.session()?;
    let query = RosterItems { ver: Some(version.to_string()), items: vec![entry] }.to_element();
    let id = format!("since-{version}");
    let stanza = Stanza::build(Kind::Iq, "set", &id, Some(&session.from), None, &query.to_bytes(ns::CLIENT));
    if let Ok(stanza) = stanza {
        session.push(Out::plain(stanza));
    }
    Ok(())
}

fn refused(refusal: RosterRefusal) -> StanzaError {
    match refusal {
        RosterRefusal::Own | RosterRefusal::Blocked => StanzaError::not_allowed(),
        RosterRefusal::NotFound => StanzaError::item_not_found(),
        RosterRefusal::NameSize { .. } | RosterRefusal::Groups { .. } => StanzaError::not_acceptable(),
        RosterRefusal::DoubleGroup => StanzaError::bad_request(),
        RosterRefusal::Full => StanzaError::resource_constraint(),
    }
}

fn entry(item: RosterItem) -> wire::RosterItem {
    wire::RosterItem {
        jid: item.contact,
        name: item.name,
        subscription: Subscription::from_word(item.state.subscription()).unwrap_or(Subscription::None),
        ask: item.state.is_asked(),
        approved: item.state.approved,
        groups: item.groups,
    }
}
