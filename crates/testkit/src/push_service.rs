//! A push service of another domain, as the server meets it: at its way out, where other domains will be.
//!
//! It takes what it is told, refuses it, or says nothing, and remembers all of it. No network, no other server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use anyhow::Context as _;
use parlour_engine::way::Gate;
use parlour_engine::{Engine, Origin, Window};
use parlour_router::{Exit, NoExit, Out};
use parlour_xmpp::error::StanzaError;
use parlour_xmpp::jid::Jid;
use parlour_xmpp::ns;
use parlour_xmpp::payload::push::Summary;
use parlour_xmpp::stanza::{DefaultNs, Stanza};
use parlour_xmpp::xml::Element;
use tokio::sync::Notify;

use crate::PATIENCE;

/// What it does with what it is told.
#[derive(Clone, Debug, Default)]
pub enum Mood {
    /// It takes it.
    #[default]
    Takes,
    /// It answers with an error.
    Refuses(StanzaError),
    /// It does not answer, until it is asked to ([`PushService::answer`]).
    Silent,
}

/// The only way out of a server: to one domain.
#[derive(Debug)]
pub struct PushService {
    /// Its domain.
    pub domain: String,
    engine: Weak<Engine>,
    inner: Mutex<Inner>,
    came: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    mood: Mood,
    heard: VecDeque<Stanza>,
    count: usize,
    unanswered: VecDeque<Stanza>,
}

impl PushService {
    /// At the way out of a server, which is that of nobody else then.
    pub(crate) fn at(engine: &Arc<Engine>, domain: &str) -> Arc<Self> {
        let service = Arc::new(Self {
            domain: domain.to_owned(),
            engine: Arc::downgrade(engine),
            inner: Mutex::default(),
            came: Notify::new(),
        });
        engine.router.set_remote(service.clone());
        service
    }

    /// From now on.
    pub fn set_mood(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    /// How much it was told in all.
    pub fn count(&self) -> usize {
        self.lock().count
    }

    /// The next thing it is told, as it came.
    ///
    /// # Errors
    /// When nothing comes.
    pub async fn next(&self) -> anyhow::Result<Element> {
        let next = async {
            loop {
                let came = self.came.notified();
                if let Some(stanza) = self.lock().heard.pop_front() {
                    return stanza;
                }
                came.await;
            }
        };
        let stanza =
            tokio::time::timeout(PATIENCE, next).await.with_context(|| format!("{} hears nothing", self.domain))?;
        Ok(stanza.to_element()?)
    }

    /// The next notification: its node and what it says.
    ///
    /// # Errors
    /// When nothing comes, or it is none.
    pub async fn notification(&self) -> anyhow::Result<(String, Summary)> {
        let iq = self.next().await?;
        let publish = iq
            .child_named(ns::PUBSUB, "pubsub")
            .and_then(|pubsub| pubsub.child_named(ns::PUBSUB, "publish"))
            .with_context(|| format!("no publication: {iq}"))?;
        let notification = publish
            .child_named(ns::PUBSUB, "item")
            .and_then(|item| item.child_named(ns::PUSH, "notification"))
            .with_context(|| format!("no notification: {iq}"))?;
        Ok((publish.attr_value("node").unwrap_or_default().to_owned(), Summary::read(notification)?))
    }

    /// Answers the oldest thing it was silent about as its mood is now. False where there is none.
    pub fn answer(&self) -> bool {
        let Some(asked) = self.lock().unanswered.pop_front() else { return false };
        self.reply(&asked);
        true
    }

    /// What it hears from here on is all there is to hear, and nothing has come that was not looked at.
    ///
    /// # Errors
    /// With what came.
    pub async fn nothing_more(&self) -> anyhow::Result<()> {
        let engine = self.engine.upgrade().context("the server is gone")?;
        let now = || engine.clock.monotonic();
        let settled = async {
            while !engine.pushes.is_settled(now()) {
                tokio::task::yield_now().await;
            }
        };
        // A service that is silent is waited for.
        let silent = matches!(self.lock().mood, Mood::Silent);
        if !silent {
            tokio::time::timeout(PATIENCE, settled).await.context("something is under way")?;
        }
        match self.lock().heard.pop_front() {
            Some(stanza) => anyhow::bail!("{} heard {:?}", self.domain, stanza.to_element()),
            None => Ok(()),
        }
    }

    fn reply(&self, asked: &Stanza) {
        let Some(engine) = self.engine.upgrade() else { return };
        let reply = match &self.lock().mood {
            Mood::Takes | Mood::Silent => Some(asked.result_reply(None)),
            Mood::Refuses(error) => asked.error_reply(error),
        };
        let Some(reply) = reply else { return };
        let gate = Gate { engine: &engine, origin: &Origin::Remote };
        // An answer waits for nothing.
        Window::default().offer(&gate, reply);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exit for PushService {
    fn send(&self, to: &Jid, out: Out) -> Result<(), NoExit> {
        if to.domain().as_str() != self.domain {
            return Err(NoExit::NotFound);
        }
        let mut bytes = Vec::new();
        out.write(&mut bytes, DefaultNs::Client);
        let stanza = Stanza::parse(&bytes).map_err(|_| NoExit::NotFound)?;
        let answered = {
            let mut inner = self.lock();
            inner.count += 1;
            inner.heard.push_back(stanza.clone());
            let answered = !matches!(inner.mood, Mood::Silent);
            if !answered {
                inner.unanswered.push_back(stanza.clone());
            }
            answered
        };
        self.came.notify_one();
        if answered {
            self.reply(&stanza);
        }
        Ok(())
    }
}
