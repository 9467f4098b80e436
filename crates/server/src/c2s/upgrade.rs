//! Keys an account lacks, made with its client once it has proven its password.
//!
//! Spec: XEP-0480 v0.2.0 §2 and §3, XEP-0388 v1.0.4 §2.6.3 and §4 (nobody authenticates twice on one stream).
//! Left out: tasks for other hashes than SHA-256; upgrades after PLAIN, which proves none of the keys that are kept.

use std::sync::Arc;

use parlour_engine::Upgrade;
use parlour_engine::tokens::Proven;
use parlour_xmpp::error::StreamCondition;
use parlour_xmpp::framer::Frame;
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::ns;
use parlour_xmpp::payload::Secret;
use parlour_xmpp::payload::sasl::SaslCondition;
use parlour_xmpp::payload::sasl2::{
    Authenticate, ClientSasl2, ServerSasl2, read_scram_upgrade_hash, scram_upgrade_salt,
};
use parlour_xmpp::sasl::Hash;

use super::login::Success;
use super::negotiate::{Fail, Negotiation};
use crate::meters::Meters;

impl Negotiation {
    /// Does the task that the client offered, where the account needs it. New keys are committed when this is done.
    pub(super) async fn upgrade(
        &mut self,
        account: &BareJid,
        asked: &Authenticate,
        success: &mut Success,
    ) -> Result<(), Fail> {
        if !asked.upgrades.iter().any(|task| task == TASK.upgrade_task()) {
            return Ok(());
        }
        let Some(Proven::Scram(hash, keys)) = &success.proven else { return Ok(()) };
        let proven = (*hash, keys.clone());
        let credentials = Arc::clone(&self.shared.engine.credentials);
        let upgrade = match credentials.upgrade(account, TASK, proven).await {
            Ok(Some(upgrade)) => upgrade,
            Ok(None) => return Ok(()),
            Err(error) => {
                // Another time: that is no reason to keep anybody out.
                tracing::error!(target: "parlour::auth", request = self.request, %error, "no upgrade of keys");
                return Ok(());
            }
        };
        match self.upgrade_task(upgrade, success).await? {
            Ok(()) => Ok(()),
            Err(condition) => {
                tracing::debug!(target: "parlour::auth", request = self.request, condition = condition.as_str(), "keys were not upgraded");
                Meters::count(&self.shared.meters.auth_failed);
                self.wire.send_element(&ServerSasl2::Failure { condition, text: None }.to_element()).await?;
                // XEP-0388 §4: after <continue/> there is no other attempt on this stream.
                Err(StreamCondition::PolicyViolation.into())
            }
        }
    }

    async fn upgrade_task(
        &mut self,
        upgrade: Upgrade,
        success: &mut Success,
    ) -> Result<Result<(), SaslCondition>, Fail> {
        let tasks = vec![TASK.upgrade_task().to_owned()];
        let additional_data = success.data.take().map(Secret::new);
        self.wire.send_element(&ServerSasl2::Continue { additional_data, tasks }.to_element()).await?;
        match self.task_step().await? {
            Ok(ClientSasl2::Next { task, .. }) if task == TASK.upgrade_task() => {}
            Ok(ClientSasl2::Abort) => return Ok(Err(SaslCondition::Aborted)),
            Ok(_) => return Ok(Err(SaslCondition::MalformedRequest)),
            Err(condition) => return Ok(Err(condition)),
        }
        self.wire.send_element(&scram_upgrade_salt(&upgrade.salt, upgrade.iterations).to_element()).await?;
        let salted = match self.task_step().await? {
            Ok(ClientSasl2::TaskData(data)) => read_scram_upgrade_hash(&data),
            Ok(ClientSasl2::Abort) => Err(SaslCondition::Aborted),
            Ok(_) => Err(SaslCondition::MalformedRequest),
            Err(condition) => Err(condition),
        };
        let salted = match salted {
            Ok(salted) if salted.expose().len() == TASK.output_bytes() => salted,
            Ok(_) => return Ok(Err(SaslCondition::MalformedRequest)),
            Err(condition) => return Ok(Err(condition)),
        };
        let credentials = Arc::clone(&self.shared.engine.credentials);
        Ok(match credentials.upgraded(self.request, upgrade, salted).await {
            Ok(true) => Ok(()),
            // What it signed in with is the password no longer.
            Ok(false) => Err(SaslCondition::NotAuthorized),
            Err(_) => Err(SaslCondition::TemporaryAuthFailure),
        })
    }

    /// What the client says next, which has to be of SASL2.
    async fn task_step(&mut self) -> Result<Result<ClientSasl2, SaslCondition>, Fail> {
        let nonza = match self.frame().await? {
            Frame::Nonza(nonza) if nonza.ns() == ns::SASL2 => nonza,
            Frame::Close => return Err(Fail::Closed),
            _ => return Err(StreamCondition::NotAuthorized.into()),
        };
        let Ok(el) = nonza.element() else { return Ok(Err(SaslCondition::MalformedRequest)) };
        match ClientSasl2::read(&el) {
            // XEP-0388 §4
            Ok(ClientSasl2::Authenticate(_)) => Err(StreamCondition::PolicyViolation.into()),
            read => Ok(read),
        }
    }
}

/// The hash that keys are made for.
pub(super) const TASK: Hash = Hash::Sha256;
