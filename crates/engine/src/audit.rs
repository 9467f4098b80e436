//! One line in the log for everything people and the operator did to each other, in the operator's
//! words: who, what, and the id by which `parlour invite show` finds it. Never a token or password.

use parlour_domain::api_key::ApiKeyChange;
use parlour_domain::device::DeviceChange;
use parlour_domain::group::GroupChange;
use parlour_domain::invite::Made;
use parlour_domain::session::SessionChange;
use parlour_domain::{
    AccountChange, AccountState, By, Change, HostChange, HostName, Invite, InviteChange, InviteKind, Millis, Who,
};
use parlour_xmpp::time::Timestamp;

/// Writes the lines of an act's changes to the log, target `parlour::people`.
pub fn log(by: &By, changes: &[Change]) {
    for change in changes {
        if let Some(line) = line(by, change) {
            tracing::info!(target: "parlour::people", request = by.request, "{line}");
        }
    }
}

/// What a change says to an operator; `None` for what is nobody's business or said by another line.
fn line(by: &By, change: &Change) -> Option<String> {
    let who = Who::from(by);
    match change {
        Change::Host(change) => host_line(&who, change),
        Change::Account(change) => account_line(&who, change),
        Change::Invite(change) => invite_line(change),
        Change::ApiKey(change) => key_line(&who, change),
        Change::Group(change) => group_line(&who, change),
        Change::Session(SessionChange::AllEnded { account }) => {
            Some(format!("all browsers of {account} were signed out"))
        }
        Change::Device(DeviceChange::Forgotten { account, .. }) => {
            Some(format!("a device of {account} no longer comes back without a password"))
        }
        Change::Session(_)
        | Change::Device(DeviceChange::Kept { .. })
        | Change::Archive(_)
        | Change::Roster(_)
        | Change::Blocking(_)
        | Change::Personal(_)
        | Change::Pubsub(_)
        | Change::Push(_)
        | Change::Outbox(_) => None,
    }
}

fn host_line(who: &Who, change: &HostChange) -> Option<String> {
    Some(match change {
        HostChange::Added { host, .. } => format!("{who} added the host {host}"),
        HostChange::OptionsSet { host, .. } => format!("{who} changed the options of {host}"),
        HostChange::Owned { host } => format!("{host} has its first owner"),
        HostChange::Removed { host } => format!("{who} removed the host {host}"),
    })
}

fn account_line(who: &Who, change: &AccountChange) -> Option<String> {
    Some(match change {
        // Said by the invite's line.
        AccountChange::Created { account, .. } if account.origin.invite.is_some() => return None,
        AccountChange::Created { account, .. } if *who == Who::Newcomer => {
            format!("{} joined without an invite", account.jid)
        }
        AccountChange::Created { account, .. } => {
            format!("{who} made the account {} ({})", account.jid, account.role.as_str())
        }
        AccountChange::PasswordChanged { account, .. } => format!("{account} has a new password"),
        AccountChange::SignedOut { account } => format!("{who} signed all apps of {account} out"),
        AccountChange::KeysUpgraded { account, keys } => format!("{account} can use {}", keys.kind.as_str()),
        AccountChange::RoleChanged { account, role } => format!("{who} made {account} {}", role.as_str()),
        AccountChange::StateChanged { account, state } => match state {
            AccountState::Active => format!("{who} made {account} active again"),
            AccountState::Disabled { .. } => format!("{who} disabled {account}"),
            AccountState::Deleted { .. } => format!("{who} deleted {account}; it can be restored for 30 days"),
            AccountState::Erased { .. } => format!("{account} was deleted 30 days ago and is now erased"),
        },
    })
}

fn invite_line(change: &InviteChange) -> Option<String> {
    Some(match change {
        InviteChange::Issued { invite, by } => issued(invite, by),
        InviteChange::Used { invite, account, made, .. } => {
            let (maker, id) = (&invite.maker, invite.id);
            match made {
                Made::Account => format!("{account} joined by an invite of {maker} ({id})"),
                Made::Contact => format!("{account} became a contact of {maker} by an invite ({id})"),
                Made::Password => format!("{account} chose a new password by a link of {maker} ({id})"),
            }
        }
        InviteChange::Revoked { host, id, by, .. } => format!("{by} withdrew an invite of {host} ({id})"),
        InviteChange::RevokedAll { maker, .. } => format!("the open invites of {maker} are withdrawn"),
        InviteChange::AllRevoked { host, by, .. } => format!("{by} withdrew all open invites of {host}"),
        InviteChange::Swept { host, ids } => format!("{} dead invites of {host} are forgotten", ids.len()),
        InviteChange::Extended { host, id, expires, by, .. } => {
            format!("{by} made an invite of {host} good until {} ({id})", Timestamp::from_millis(*expires))
        }
        InviteChange::UsesSet { host, id, max_uses, by, .. } => {
            format!("{by} made an invite of {host} good for {max_uses} uses ({id})")
        }
        InviteChange::Renewed { host, old, new, by, .. } => {
            format!("{by} put another invite of {host} in an older one's place ({old}, now {new})")
        }
        InviteChange::Lapsed { .. }
        | InviteChange::HistorySwept { .. }
        | InviteChange::Opened { .. }
        | InviteChange::ResetsRevoked { .. } => return None,
    })
}

fn issued(invite: &Invite, by: &Who) -> String {
    let Invite { maker, id, max_uses, host, .. } = invite;
    let what = match (invite.kind, &invite.name) {
        (InviteKind::Reset, Some(name)) => format!("made a link for a new password of {name}@{host}"),
        (InviteKind::Reset, None) => "made a link for a new password".to_owned(),
        (InviteKind::Owner, _) => format!("made the owner's link of {host}"),
        (InviteKind::Contact, _) => "made an invite to become a contact".to_owned(),
        (InviteKind::Account | InviteKind::AccountAndContact, Some(name)) => format!("invited {name} to {host}"),
        (InviteKind::Account | InviteKind::AccountAndContact, None) if *max_uses == 1 => {
            format!("invited one person to {host}")
        }
        (InviteKind::Account | InviteKind::AccountAndContact, None) => {
            format!("invited up to {max_uses} people to {host}")
        }
    };
    let in_name = if by == maker { String::new() } else { format!(" in the name of {maker}") };
    format!("{by} {what}{in_name} until {} ({id})", when(invite.expires))
}

fn group_line(who: &Who, change: &GroupChange) -> Option<String> {
    Some(match change {
        GroupChange::Created { host, name, .. } => format!("{who} made the group {name:?} of {host}"),
        GroupChange::Removed { host, name } => format!("{who} removed the group {name:?} of {host}"),
        GroupChange::Joined { name, account } => format!("{account} belongs to {name:?}"),
        GroupChange::Left { name, account } => format!("{account} no longer belongs to {name:?}"),
        GroupChange::ContactsSet { host, name, contacts: true } => {
            format!("{who} made the members of {name:?} of {host} each other's contacts")
        }
        GroupChange::ContactsSet { host, name, contacts: false } => {
            format!("{who} let {name:?} of {host} make contacts no longer")
        }
        GroupChange::Tied { .. } | GroupChange::Untied { .. } | GroupChange::Kept { .. } => return None,
    })
}

fn key_line(who: &Who, change: &ApiKeyChange) -> Option<String> {
    let of = |host: &Option<HostName>| host.as_ref().map_or("the whole server".to_owned(), HostName::to_string);
    Some(match change {
        ApiKeyChange::Created { key } => {
            format!("{who} made the key {:?} of {}, good for {:?} ({})", key.name, of(&key.host), key.scopes, key.id)
        }
        ApiKeyChange::Revoked { host, id, name, by, .. } => {
            format!("{by} withdrew the key {name:?} of {} ({id})", of(host))
        }
        ApiKeyChange::Used { .. } => return None,
    })
}

fn when(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| "the end of time".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_domain::{Door, Role};
    use parlour_xmpp::jid::BareJid;

    fn invite(kind: InviteKind) -> Invite {
        Invite {
            id: "7Qabcdefghi".parse().expect("an id"),
            key: 1,
            host: HostName::parse("chat.example").expect("a domain"),
            kind,
            maker: Who::Account(BareJid::new("alice@chat.example").expect("an address")),
            subscribe: true,
            created: 0,
            expires: 1_000_000_000_000,
            max_uses: 1,
            uses: 0,
            opened: 0,
            name: None,
            role: None,
            groups: Vec::new(),
            note: Some("for my dentist".into()),
            hello: Some("hello you".into()),
            lang: None,
            parent: None,
            depth: 0,
            revoked: None,
            renewed: None,
        }
    }

    #[test]
    fn lines_say_who_did_what() {
        let alice = BareJid::new("alice@chat.example").expect("an address");
        let by = By::account(alice.clone(), Role::Member, Door::Web, 1);
        let issued = InviteChange::Issued { invite: invite(InviteKind::AccountAndContact), by: Who::Account(alice) };
        let said = line(&by, &issued.into()).expect("a line");
        assert_eq!(
            said,
            "alice@chat.example invited one person to chat.example until 2001-09-09 01:46 UTC (7Qabcdefghi)"
        );
        let bob = BareJid::new("bob@chat.example").expect("an address");
        let used = InviteChange::Used { invite: invite(InviteKind::Account), account: bob, made: Made::Account, at: 1 };
        let newcomer = By { actor: parlour_domain::Actor::Newcomer, ..By::system() };
        let said = line(&newcomer, &used.into()).expect("a line");
        assert_eq!(said, "bob@chat.example joined by an invite of alice@chat.example (7Qabcdefghi)");
    }

    #[test]
    fn what_people_wrote_to_each_other_is_not_logged() {
        let by = By::operator(Door::Local, 1);
        for kind in InviteKind::ALL {
            let said =
                line(&by, &InviteChange::Issued { invite: invite(kind), by: Who::Operator }.into()).expect("a line");
            assert!(!said.contains("dentist") && !said.contains("hello"), "{said}");
            assert!(said.contains("the operator") && said.contains("in the name of alice@chat.example"), "{said}");
        }
    }
}
