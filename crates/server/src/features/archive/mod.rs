//! The archive of an account, read by its owner: queries page by page, the form of queries, and how much there is.
//!
//! Spec: XEP-0313 v1.1.3 §4, §5 and §7, XEP-0059 v1.0 §2, XEP-0441 v0.2.0 §2.1 (`prefs`).
//! Left out: archives of hosts, rooms and nodes; messages of rooms, which an account's archive does not keep.

mod prefs;

use std::sync::Arc;

use parlour_engine::archive::QueryError;
use parlour_engine::{Archive, Ctx, Iq, IqAnswer, IqReply, Target};
use parlour_xmpp::error::{ErrorType, StanzaError};
use parlour_xmpp::ns;
use parlour_xmpp::payload::mam::{self, Query};

use super::{Feature, Hooks, Spec, ours};

pub(super) struct Archives(pub(super) Arc<Archive>);

impl Feature for Archives {
    fn specs(&self) -> &'static [Spec] {
        const {
            &[
                Spec::xep(59, "1.0").omits("pages by index"),
                Spec::xep(313, "1.1.3").omits("archives of rooms and nodes"),
                Spec::xep(441, "0.2.0").omits("advanced preferences"),
            ]
        }
    }

    fn wire(&self, on: &mut Hooks) {
        // XEP-0313 §7: announced where the archive is, which is the account.
        for feature in [ns::MAM, ns::MAM_EXTENDED, ns::MAM_GROUPCHAT_FIELD, ns::RSM] {
            on.disco_account(feature);
        }
        // COMPAT profanity, 0.13: it looks for the archive at the host.
        on.disco(ns::MAM);
        on.disco(ns::RSM);
        let archive = Arc::clone(&self.0);
        on.iq_set(ns::MAM, "query", Target::Account, move |ctx, iq| {
            let (archive, ctx) = (Arc::clone(&archive), ctx.clone());
            IqAnswer::later(async move { query(&archive, &ctx, &iq).await })
        });
        on.iq_get(ns::MAM, "query", Target::Account, |_, iq| IqAnswer::Now(own(&iq).map(|()| Some(mam::fields()))));
        prefs::wire(&self.0, on);
        let archive = Arc::clone(&self.0);
        on.iq_get(ns::MAM, "metadata", Target::Account, move |_, iq| {
            let archive = Arc::clone(&archive);
            IqAnswer::later(async move { metadata(&archive, &iq).await })
        });
        // XEP-0386 §3.2: what the archive is like when the client is bound. What comes after that is sent to it.
        let archive = Arc::clone(&self.0);
        on.bound(Arc::new(move |session| {
            let (archive, session) = (Arc::clone(&archive), Arc::clone(session));
            Box::pin(async move {
                // It asks, where it is not told.
                archive.metadata(session.bare()).await.map_err(ours).ok()
            })
        }));
    }
}

/// XEP-0313 §8.1: nobody reads another's archive; that there is no such account is said the same way.
fn own(iq: &Iq) -> Result<(), StanzaError> {
    if iq.is_own() { Ok(()) } else { Err(StanzaError::forbidden()) }
}

async fn query(archive: &Archive, ctx: &Ctx, iq: &Iq) -> IqReply {
    own(iq)?;
    let query = Query::read(&iq.payload)?;
    match archive.query(ctx.session()?, query).await {
        Ok(fin) => Ok(Some(fin.to_element())),
        Err(error) => Err(refused(error)),
    }
}

async fn metadata(archive: &Archive, iq: &Iq) -> IqReply {
    own(iq)?;
    archive.metadata(&iq.from.to_bare()).await.map(Some).map_err(ours)
}

fn refused(error: QueryError) -> StanzaError {
    let text = error.to_string();
    match error {
        // XEP-0313 §4.1.3 and §4.3.2
        QueryError::NotFound => StanzaError::item_not_found().with_text(text),
        // XEP-0059 §2.6
        QueryError::ByIndex => StanzaError::feature_not_implemented().with_text(text),
        QueryError::Unread => StanzaError::resource_constraint().with_type(ErrorType::Wait).with_text(text),
        QueryError::Failed(error) => ours(error),
    }
}
