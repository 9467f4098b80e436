//! Tells push services: takes from the queue, asks, hears the answer, and ends what nobody takes.
//!
//! Spec: XEP-0357 v0.4.1, §7 (publishing, in the name of the host) and §7.1 (errors).

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use parlour_domain::push::{Fault, PushTarget, Registration, Verdict, Whereabouts};
use parlour_domain::{By, HostName};
use parlour_xmpp::jid::{BareJid, Jid};
use parlour_xmpp::ns;
use parlour_xmpp::payload::push::Summary;
use parlour_xmpp::xml::Element;

use super::queue::{Errand, Next};
use super::waking::whereabouts;
use super::{Pushes, may_write};
use crate::Engine;
use crate::asks::AskError;
use crate::iq::IqKind;
use crate::way;
use crate::window::Found;

impl Pushes {
    /// Tells push services what is to be told, for ever. One task of the process does this.
    ///
    /// # Cancel safety
    /// What is under way is not heard of again; what waits goes on waiting.
    pub async fn deliver(&self, engine: &Arc<Engine>) {
        let mut under_way = FuturesUnordered::new();
        loop {
            let wait = loop {
                let errand = match engine.pushes.next(engine.clock.monotonic()) {
                    Next::Send(errand) => Ok(errand),
                    Next::Call(owner, what) => Err((owner, what)),
                    Next::Wait(span) => break span,
                };
                under_way.push(async move {
                    match errand {
                        Ok(errand) => self.send(engine, &errand).await,
                        Err((owner, what)) => self.call(engine, &owner, &what).await,
                    }
                });
            };
            tokio::select! {
                Some(()) = under_way.next() => {}
                () = engine.pushes.rung() => {}
                () = pause(wait) => {}
            }
        }
    }

    /// Adds whoever of an account's clients is not there.
    async fn call(&self, engine: &Engine, owner: &BareJid, what: &Summary) {
        match self.store.registrations(owner.clone()).await {
            Ok(all) => {
                let live = engine.router.find(owner);
                for one in &all {
                    if whereabouts(live.as_deref(), &one.resource) != Whereabouts::Connected {
                        engine.pushes.add(owner.as_str(), &PushTarget::from(one), what);
                    }
                }
            }
            Err(error) => tracing::error!(target: "parlour::push", %error, "registrations could not be read"),
        }
        engine.pushes.called();
    }

    async fn send(&self, engine: &Arc<Engine>, errand: &Errand) {
        let Errand { owner, key, summary } = errand;
        let (queue, key) = (&engine.pushes, *key);
        let Ok(account) = BareJid::new(owner) else {
            queue.gone(owner, key);
            return;
        };
        let registration = match self.store.registrations(account.clone()).await {
            Ok(all) => all.into_iter().find(|one| one.key == key),
            Err(error) => {
                tracing::error!(target: "parlour::push", %error, "a registration could not be read");
                queue.failed((owner, key), Fault::Busy, None, (self.common.now(), engine.clock.monotonic()));
                return;
            }
        };
        let Some(registration) = registration else {
            queue.gone(owner, key);
            return;
        };
        if whereabouts(engine.router.find(&account).as_deref(), &registration.resource) == Whereabouts::Connected {
            queue.needless(owner, key);
            return;
        }
        match self.publish(engine, &account, &registration, summary).await {
            Ok(()) => {
                queue.took(owner, key);
                if registration.failing.is_some() {
                    self.note(&account, key, None).await;
                }
            }
            Err(fault) => {
                let now = (self.common.now(), engine.clock.monotonic());
                match queue.failed((owner, key), fault, registration.failing, now) {
                    Verdict::End => {
                        self.end(&account, &registration).await;
                        queue.ended(owner, key);
                    }
                    Verdict::Rest { .. } if registration.failing.is_none() && fault != Fault::Busy => {
                        self.note(&account, key, Some(now.0)).await;
                    }
                    Verdict::Rest { .. } => {}
                }
            }
        }
    }

    async fn publish(
        &self,
        engine: &Arc<Engine>,
        account: &BareJid,
        registration: &Registration,
        summary: &Summary,
    ) -> Result<(), Fault> {
        let Registration { service, node, options, .. } = registration;
        if engine.locals.owns(service) {
            self.takes(engine, account, service).await?;
        }
        let options = options.as_ref().and_then(|form| Element::parse(form.as_bytes(), ns::DATA).ok());
        let payload = summary.publish(Some(node.as_str()).filter(|node| !node.is_empty()), options);
        let Ok(host) = Jid::new(HostName::of(account).as_str()) else { return Err(Fault::Denied) };
        match engine.asks.ask(host, service.clone(), IqKind::Set, &payload, PATIENCE).await {
            Ok(_) => Ok(()),
            Err(AskError::Refused(error)) => Err(Fault::of(&error)),
            Err(AskError::TimedOut | AskError::NoWay | AskError::Unreadable) => Err(Fault::Down),
            Err(AskError::Busy) => Err(Fault::Busy),
        }
    }

    /// Whether a client here lets itself be told for this account, as it might have been asked by the account itself. A store
    /// that fails says nothing of the registration.
    async fn takes(&self, engine: &Arc<Engine>, account: &BareJid, client: &Jid) -> Result<(), Fault> {
        let live = match way::look_up(engine, &client.to_bare()).await {
            Found::Account(live) => live,
            Found::Nobody => return Err(Fault::Denied),
            Found::Failed | Found::Refused => return Err(Fault::Busy),
        };
        let takes = !live.view().blocked.blocks(account) && may_write(&*self.presence, account, client).await;
        if takes { Ok(()) } else { Err(Fault::Denied) }
    }

    async fn note(&self, account: &BareJid, key: i64, since: Option<i64>) {
        let by = By::system();
        // Noted at the next failure, should it fail.
        drop(self.common.act(&by, || self.store.note(account.clone(), key, since)).await);
    }

    async fn end(&self, account: &BareJid, registration: &Registration) {
        let domain = registration.service.domain();
        tracing::info!(target: "parlour::push", "{domain} takes nothing for an app of {account}, which is woken no more");
        let by = By::system();
        if let Err(error) = self.common.act(&by, || self.store.remove(account.clone(), registration.key)).await {
            tracing::error!(target: "parlour::push", %error, "a registration could not be ended");
        }
    }
}

/// Passes, or never comes back where there is nothing to wait for.
async fn pause(wait: Option<u64>) {
    match wait {
        // A wait that is over is what it is for.
        Some(span) => drop(tokio::time::timeout(Duration::from_millis(span), std::future::pending::<()>()).await),
        None => std::future::pending().await,
    }
}

/// How long a service may take. A guess: a network's worst, and what a service behind it asks of a phone's.
pub const PATIENCE: Duration = Duration::from_secs(20);
