//! What an account wants kept.
//!
//! Spec: XEP-0441 v0.2.0 §2.1.
//! Left out: advanced preferences by a command (§2.2).

use std::sync::Arc;

use parlour_domain::archive::prefs::PrefsWish;
use parlour_domain::options::ArchivePolicy;
use parlour_domain::view::{ArchiveDefault, ArchivePrefs};
use parlour_engine::{ActError, Archive, Ctx, Iq, IqAnswer, IqReply, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::mam::{DefaultPolicy, Prefs};

use super::own;
use crate::features::{Hooks, ours};

pub(super) fn wire(archive: &Arc<Archive>, on: &mut Hooks) {
    let reader = Arc::clone(archive);
    on.iq_get(ns::MAM, "prefs", Target::Account, move |_, iq| {
        let archive = Arc::clone(&reader);
        IqAnswer::later(async move { get(&archive, &iq).await })
    });
    let archive = Arc::clone(archive);
    on.iq_set(ns::MAM, "prefs", Target::Account, move |ctx, iq| {
        let (archive, ctx) = (Arc::clone(&archive), ctx.clone());
        IqAnswer::later(async move { set(&archive, &ctx, &iq).await })
    });
}

async fn get(archive: &Archive, iq: &Iq) -> IqReply {
    own(iq)?;
    let prefs = archive.prefs(&iq.from.to_bare()).await.map_err(ours)?;
    Ok(Some(shown(&prefs).to_element()))
}

async fn set(archive: &Archive, ctx: &Ctx, iq: &Iq) -> IqReply {
    own(iq)?;
    let session = ctx.session()?;
    let Prefs { default, always, never } = Prefs::read(&iq.payload)?;
    let default = match default {
        DefaultPolicy::Always => ArchivePolicy::Always,
        DefaultPolicy::Never => ArchivePolicy::Never,
        DefaultPolicy::Roster => ArchivePolicy::Roster,
    };
    let wish = PrefsWish { default, always: always.into_iter().collect(), never: never.into_iter().collect() };
    match archive.set_prefs(&session.by(), session.bare(), wish).await {
        // §2.1: what holds now, which may be other than what was asked for.
        Ok(done) => Ok(Some(shown(&done.into_out()).to_element())),
        Err(ActError::Refused(refusal)) => Err(StanzaError::resource_constraint().with_text(refusal.to_string())),
        Err(ActError::Failed(error)) => Err(ours(error)),
    }
}

fn shown(prefs: &ArchivePrefs) -> Prefs {
    let default = match prefs.default {
        ArchiveDefault::Always => DefaultPolicy::Always,
        ArchiveDefault::Never => DefaultPolicy::Never,
        ArchiveDefault::Roster(_) => DefaultPolicy::Roster,
    };
    let lists = prefs.lists.as_deref().cloned().unwrap_or_default();
    Prefs { default, always: lists.always.into_iter().collect(), never: lists.never.into_iter().collect() }
}
