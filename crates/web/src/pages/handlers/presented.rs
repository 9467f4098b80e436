//! An invite's link as somebody presents it: nobody's, dead, or good for something.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use parlour_domain::invite::redeem::{RedeemRefusal, is_open_for, maker_rank};
use parlour_domain::invite::{Invite, InviteKind, InviteState, Presented, Who};
use parlour_domain::{HostPolicy, Millis};
use parlour_engine::invites::{Links, Looked};

use super::{Ctx, see_other, shown_name};
use crate::front::timestamp;
use crate::pages::paths;
use crate::pages::view::{Dead, DeadLink, Site};
use crate::problem::Fail;

/// A link that opens something.
pub(crate) struct Live {
    /// The invite, and what decides with it whether it is any good. The same one as long as none of it changes.
    pub looked: Arc<Looked>,
    /// When it was presented.
    pub shown: Presented,
    /// Its token and links.
    pub links: Links,
    /// It makes an account here.
    pub makes_account: bool,
}

/// What a link turned out to be.
pub(crate) enum Link {
    /// Good for something.
    Live(Box<Live>),
    /// It was never ours.
    Nobodys,
    /// Genuine, but over.
    Over {
        /// How it ended.
        dead: Dead,
        /// Who made it, as people call them.
        inviter: Option<String>,
    },
}

impl Live {
    /// What people call whoever invites, where an account does.
    pub fn inviter(&self) -> Option<String> {
        inviter(&self.looked.invite)
    }

    /// The address of whoever becomes a contact.
    pub fn address(&self) -> Option<String> {
        let invite = &self.looked.invite;
        match &invite.maker {
            Who::Account(jid) if invite.subscribe || invite.kind.makes_contact() => Some(jid.to_string()),
            Who::Account(_) | Who::Operator | Who::Server | Who::Key(_) | Who::Newcomer => None,
        }
    }

    /// The inviter, if they become a contact.
    pub fn friend(&self) -> Option<String> {
        self.inviter().filter(|_| self.looked.invite.subscribe || self.looked.invite.kind.makes_contact())
    }
}

fn inviter(invite: &Invite) -> Option<String> {
    match &invite.maker {
        Who::Account(jid) => Some(shown_name(jid)),
        Who::Operator | Who::Server | Who::Key(_) | Who::Newcomer => None,
    }
}

impl Ctx {
    /// Looks at a token as presented at `at`, now where unset.
    ///
    /// A guess costs a MAC and no look at the store; who guesses often is not heard for a while.
    ///
    /// # Errors
    /// 429; our own fault.
    pub async fn present(&self, text: &str, at: Option<Millis>) -> Result<Link, Fail> {
        self.web.limits.may_guess(self.asked.prefix)?;
        let place = &self.asked.place;
        let Some(shown) = self.web.acts.invites.open(&place.host, text) else {
            self.web.limits.miss(self.asked.prefix);
            return Ok(Link::Nobodys);
        };
        let shown = Presented { at: at.unwrap_or(self.asked.now), ..shown };
        let looked = self.web.acts.invites.look(&place.host, &shown).await.map_err(Fail::store)?;
        let Some(looked) = looked else {
            return Ok(Link::Over { dead: Dead::Expired { at: None }, inviter: None });
        };
        self.asked.speak_as(&looked.invite);
        let over = |dead| Link::Over { dead, inviter: inviter(&looked.invite) };
        if maker_rank(&looked.invite, looked.maker.as_ref()).is_none() {
            return Ok(over(Dead::Withdrawn));
        }
        let makes_account = match judge(&looked.invite, &shown, &place.policy, looked.owned) {
            Ok(makes_account) => makes_account,
            Err(dead) => return Ok(over(dead)),
        };
        // It opened, so its key is in the ring.
        let links =
            self.web.acts.invites.links(&looked.invite).ok_or_else(|| Fail::fault("a genuine token has no links"))?;
        Ok(Link::Live(Box::new(Live { looked, shown, links, makes_account })))
    }

    /// Lets the page that follows a success speak the invite's language.
    pub async fn speak_as(&self, shown: &Presented) {
        // The success stands whether or not its page finds the language.
        if let Ok(Some(looked)) = self.web.acts.invites.look(&self.asked.place.host, shown).await {
            self.asked.speak_as(&looked.invite);
        }
    }

    /// The link if it is good for the form asked for (`fits`); else what to answer.
    ///
    /// # Errors
    /// As [`Self::present`]; 400 for a form sent with a link of another kind.
    pub async fn usable(
        &self,
        token: &str,
        at: Option<Millis>,
        fits: impl Fn(&Live) -> bool,
    ) -> Result<Result<Box<Live>, Response>, Fail> {
        Ok(match self.present(token, at).await? {
            Link::Live(live) if fits(&live) => Ok(live),
            // The landing page says what it is good for, or how it ended.
            Link::Live(_) | Link::Over { .. } if self.method != Method::POST => Err(see_other(&paths::landing(token))),
            Link::Live(_) => return Err(Fail::Malformed),
            Link::Over { dead, inviter } => Err(self.dead(dead, inviter.as_deref())),
            Link::Nobodys => Err(self.dead(Dead::Unknown, None)),
        })
    }

    /// The page of a link that opens nothing: 404 or 410.
    pub fn dead(&self, dead: Dead, inviter: Option<&str>) -> Response {
        let status = StatusCode::from_u16(dead.status()).unwrap_or(StatusCode::GONE);
        // No language links: the page says the same whatever was guessed.
        let site = Site { path: None, ..self.asked.site() };
        self.page(status, &DeadLink { site: &site, dead, inviter })
    }
}

impl Ctx {
    /// The page for a refusal that came while the form was being sent: looked at again, so that it says who invited.
    pub async fn over(&self, refusal: &RedeemRefusal, token: &str) -> Response {
        match self.present(token, None).await {
            Ok(Link::Over { dead, inviter }) => self.dead(dead, inviter.as_deref()),
            Ok(Link::Live(live)) => self.dead(dead(refusal, &live.looked.invite), live.inviter().as_deref()),
            Ok(Link::Nobodys) | Err(_) => self.dead(Dead::Expired { at: None }, None),
        }
    }
}

/// Whether it makes an account here, if it is good for anything.
fn judge(invite: &Invite, shown: &Presented, policy: &HostPolicy, owned: bool) -> Result<bool, Dead> {
    match is_open_for(invite, shown, policy, owned) {
        Ok(()) => Ok(invite.kind != InviteKind::Reset),
        Err(RedeemRefusal::ContactOnly) => Ok(false),
        // Where nobody can join any more, the contact is still to be had.
        Err(RedeemRefusal::Closed) if invite.kind.makes_contact() => Ok(false),
        Err(refusal) => Err(dead(&refusal, invite)),
    }
}

/// How a refusal is told to the link's holder.
pub(crate) fn dead(refusal: &RedeemRefusal, invite: &Invite) -> Dead {
    match refusal {
        RedeemRefusal::Dead(InviteState::Expired) => Dead::Expired { at: Some(timestamp(invite.expires)) },
        RedeemRefusal::Dead(InviteState::Used) => Dead::Used,
        RedeemRefusal::Dead(InviteState::Full) => Dead::Full,
        RedeemRefusal::Forgotten => Dead::Expired { at: None },
        RedeemRefusal::Dead(InviteState::Withdrawn | InviteState::Waiting)
        | RedeemRefusal::ContactOnly
        | RedeemRefusal::MakerGone
        | RedeemRefusal::InviteOnly
        | RedeemRefusal::Closed
        | RedeemRefusal::NoAccount
        | RedeemRefusal::Name(_)
        | RedeemRefusal::NameTaken
        | RedeemRefusal::OtherName => Dead::Withdrawn,
    }
}
