//! Private XML: elements that an app keeps with its account.
//!
//! Spec: XEP-0049 v1.2, §2.
//! Left out: nothing.

use std::sync::Arc;

use parlour_domain::kept::Kept;
use parlour_domain::personal::{PersonalRefusal, PrivateKey};
use parlour_engine::{ActError, Ctx, Iq, IqAnswer, IqReply, Personal, Target};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::ns;
use parlour_xmpp::payload::private as payload;
use parlour_xmpp::xml::Element;

use super::{Feature, Hooks, Spec, ours};

pub(super) struct Private(pub(super) Arc<Personal>);

impl Feature for Private {
    fn specs(&self) -> &'static [Spec] {
        const { &[Spec::xep(49, "1.2")] }
    }

    fn wire(&self, on: &mut Hooks) {
        on.disco(ns::PRIVATE);
        let personal = Arc::clone(&self.0);
        on.iq_get(ns::PRIVATE, "query", Target::OwnAccount, move |ctx, iq| {
            let (personal, ctx) = (Arc::clone(&personal), ctx.clone());
            IqAnswer::later(async move { get(&personal, &ctx, &iq).await })
        });
        let personal = Arc::clone(&self.0);
        on.iq_set(ns::PRIVATE, "query", Target::OwnAccount, move |ctx, iq| {
            let (personal, ctx) = (Arc::clone(&personal), ctx.clone());
            IqAnswer::later(async move { set(&personal, &ctx, &iq).await })
        });
    }
}

async fn get(personal: &Personal, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = ctx.session()?;
    let asked = payload::read(&iq.payload)?;
    let kept = personal.private(session.bare(), key(asked)).await.map_err(ours)?;
    let data = match kept {
        // §2.3: what was never kept reads as an empty element.
        None => Element::new(asked.ns(), asked.name()),
        Some(kept) => element(&kept, ns::PRIVATE)?,
    };
    Ok(Some(payload::to_element(data)))
}

async fn set(personal: &Personal, ctx: &Ctx, iq: &Iq) -> IqReply {
    let session = ctx.session()?;
    let data = payload::read(&iq.payload)?;
    let xml = Kept::from(data.to_bytes(ns::PRIVATE));
    match personal.set_private(&session.by(), session.bare(), key(data), xml).await {
        Ok(done) => {
            done.into_out();
            Ok(None)
        }
        Err(ActError::Refused(refusal)) => Err(refused(refusal)),
        Err(ActError::Failed(error)) => Err(ours(error)),
    }
}

fn key(data: &Element) -> PrivateKey {
    PrivateKey { namespace: data.ns().to_owned(), name: data.name().to_owned() }
}

/// What was kept, as an element again.
pub(super) fn element(kept: &Kept, default_ns: &str) -> Result<Element, StanzaError> {
    Element::parse(kept.as_bytes(), default_ns).map_err(|error| {
        tracing::error!(target: "parlour::personal", %error, "what was kept does not read");
        StanzaError::internal_server_error()
    })
}

pub(super) fn refused(refusal: PersonalRefusal) -> StanzaError {
    match refusal {
        PersonalRefusal::TooLarge { .. } => StanzaError::not_acceptable(),
        PersonalRefusal::TooMany { .. } | PersonalRefusal::NoRoom => StanzaError::resource_constraint(),
    }
}
