//! `parlour invite …` and `parlour owner-link`.

use parlour_web::api::types::{Count, Invite, InviteChange, NewInvite};

use super::{all, get, post, print, segment, split, the_host};
use crate::args::{InviteCommand, InviteOptions};
use crate::client::{Api, CallError};

pub async fn run(api: &Api, command: InviteCommand, json: bool) -> Result<(), CallError> {
    match command {
        InviteCommand::Create { target, role, admin, groups, max_uses, count, reset, options } => {
            let target = the_host(api, target).await?;
            if let Some(name) = reset {
                let wish = NewInvite { kind: "password-reset".into(), name: Some(name), ..with(&options) };
                return make(api, &target, &wish, options.qr, json).await;
            }
            let (name, host) = match target.split_once('@') {
                Some(_) => split(&target).map(|(name, host)| (Some(name.to_owned()), host.to_owned()))?,
                None => (None, target),
            };
            let role = if admin { Some("admin".to_owned()) } else { role };
            let wish = NewInvite { kind: "account".into(), name, role, groups, max_uses, ..with(&options) };
            match count {
                None => make(api, &host, &wish, options.qr, json).await,
                Some(_) if wish.name.is_some() => Err(CallError::usage("only one link can be for one name")),
                Some(count) => make_many(api, &host, &wish, count, json).await,
            }
        }
        InviteCommand::Contact { jid, allow_registration, max_uses, groups, options } => {
            let (name, host) = split(&jid)?;
            let kind = if allow_registration { "account-and-contact" } else { "contact" };
            let contact_of = Some(name.to_owned());
            let wish = NewInvite { kind: kind.into(), contact_of, max_uses, groups, ..with(&options) };
            make(api, host, &wish, options.qr, json).await
        }
        InviteCommand::Reset { jid, options } => {
            let (name, host) = split(&jid)?;
            let wish = NewInvite { kind: "password-reset".into(), name: Some(name.into()), ..with(&options) };
            make(api, host, &wish, options.qr, json).await
        }
        InviteCommand::List { host, state, kind, by, group } => {
            let host = the_host(api, host).await?;
            let filters =
                [state.map(|s| format!("state={}", s.as_str())), kind.map(|k| format!("kind={}", k.as_str()))];
            let filters = filters.into_iter().flatten().collect::<Vec<_>>().join("&");
            let asked = if filters.is_empty() { String::new() } else { format!("?{filters}") };
            let mut rows: Vec<Invite> = all(api, &format!("/hosts/{}/invites{asked}", segment(&host))).await?;
            rows.retain(|invite| {
                by.as_ref().is_none_or(|by| invite.made_by == *by)
                    && group.as_ref().is_none_or(|group| invite.groups.contains(group))
            });
            print::answer(json, &rows, || list(&rows))
        }
        InviteCommand::Show { host, id } => {
            let invite: Invite = get(api, &format!("/hosts/{}/invites/{}", segment(&host), segment(&id))).await?;
            print::answer(json, &invite, || show(&invite))
        }
        InviteCommand::Revoke { host, ids, by } => revoke(api, &host, ids, by.as_deref(), json).await,
        InviteCommand::Extend { host, id, expires_after } => {
            let wish = InviteChange { expires_after: Some(expires_after), ..InviteChange::default() };
            let invite = change(api, &host, &id, &wish).await?;
            print::answer(json, &invite, || {
                format!("Invite {} is good until {}.", invite.id, print::time(&invite.expires))
            })
        }
        InviteCommand::SetMaxUses { host, id, max_uses } => {
            let wish = InviteChange { max_uses: Some(max_uses), ..InviteChange::default() };
            let invite = change(api, &host, &id, &wish).await?;
            print::answer(json, &invite, || {
                format!("Invite {} is for {} people; {} came.", invite.id, invite.max_uses, invite.uses)
            })
        }
        InviteCommand::Renew { host, id, qr } => {
            let path = format!("/hosts/{}/invites/{}/renew", segment(&host), segment(&id));
            let invite: Invite = post(api, &path, &()).await?;
            made(&invite, qr, json)
        }
        InviteCommand::Purge { host } => {
            let host = the_host(api, host).await?;
            let done: Count = post(api, &format!("/hosts/{}/invites/purge", segment(&host)), &()).await?;
            print::answer(json, &done, || format!("Removed {} expired, unused invites.", done.count))
        }
    }
}

pub async fn owner_link(api: &Api, host: Option<String>, qr: bool, json: bool) -> Result<(), CallError> {
    let host = the_host(api, host).await?;
    let invite: Invite = post(api, &format!("/hosts/{}/owner-link", segment(&host)), &()).await?;
    made(&invite, qr, json)
}

async fn change(api: &Api, host: &str, id: &str, wish: &InviteChange) -> Result<Invite, CallError> {
    api.call("PATCH", &format!("/hosts/{}/invites/{}", segment(host), segment(id)), Some(wish)).await
}

/// One is answered as one; several as a list, each by itself, so that one that is dead already keeps none of the others.
async fn revoke(api: &Api, host: &str, ids: Vec<String>, by: Option<&str>, json: bool) -> Result<(), CallError> {
    let within = format!("/hosts/{}/invites", segment(host));
    let one = async |id: &str| api.call::<(), Invite>("DELETE", &format!("{within}/{}", segment(id)), None).await;
    if let [id] = ids.as_slice() {
        let invite = one(id).await?;
        return print::answer(json, &invite, || {
            format!("Taken back: invite {}. Nobody can use it any more.", invite.id)
        });
    }
    let ids = match by {
        Some(by) => {
            let mut open: Vec<Invite> = all(api, &format!("{within}?state=waiting")).await?;
            open.retain(|invite| invite.made_by == by);
            open.into_iter().map(|invite| invite.id).collect()
        }
        None => ids,
    };
    let (mut answers, mut taken) = (Vec::new(), 0_usize);
    for id in &ids {
        match one(id).await {
            Ok(invite) => {
                taken += 1;
                answers.push(serde_json::to_value(invite).map_err(|e| CallError::Answer(e.to_string()))?);
            }
            // A refusal stands in the list in its invite's place; what cannot be reached ends the whole.
            Err(CallError::Refused(problem)) => {
                if !json {
                    print::say_error(&format!("{id}: {}", problem.title));
                }
                answers.push(serde_json::to_value(problem).map_err(|e| CallError::Answer(e.to_string()))?);
            }
            Err(other) => return Err(other),
        }
    }
    print::answer(json, &answers, || match taken {
        0 => "Nothing was taken back.".to_owned(),
        n => format!("Taken back: {n} invites. Nobody can use them any more."),
    })?;
    if taken == ids.len() { Ok(()) } else { Err(CallError::Told) }
}

fn with(options: &InviteOptions) -> NewInvite {
    NewInvite {
        expires_after: options.expires_after.clone(),
        note: options.note.clone(),
        lang: options.lang.clone(),
        ..NewInvite::default()
    }
}

async fn make(api: &Api, host: &str, wish: &NewInvite, qr: bool, json: bool) -> Result<(), CallError> {
    let invite: Invite = post(api, &format!("/hosts/{}/invites", segment(host)), wish).await?;
    made(&invite, qr, json)
}

/// The same link so many times over, each printed as soon as it is there: what was printed before an error is good.
async fn make_many(api: &Api, host: &str, wish: &NewInvite, count: u32, json: bool) -> Result<(), CallError> {
    let path = format!("/hosts/{}/invites", segment(host));
    for _ in 0..count {
        let invite: Invite = post(api, &path, wish).await?;
        print::answer(json, &invite, || invite.landing_page.clone().or(invite.uri.clone()).unwrap_or_default())?;
    }
    Ok(())
}

/// The link to share on the first line, the link for apps on the second.
fn made(invite: &Invite, qr: bool, json: bool) -> Result<(), CallError> {
    print::answer(json, invite, || {
        let links = [invite.landing_page.as_deref(), invite.uri.as_deref()];
        let mut text = links.into_iter().flatten().collect::<Vec<_>>().join("\n");
        if qr && let Some(code) = invite.landing_page.as_deref().and_then(print::qr) {
            text.push('\n');
            text.push_str(code.trim_end());
        }
        text
    })
}

fn list(rows: &[Invite]) -> String {
    if rows.is_empty() {
        return "No invites. Make one: parlour invite create".into();
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|i| {
            let uses = if i.max_uses > 1 { format!("{}/{}", i.uses, i.max_uses) } else { i.uses.to_string() };
            vec![i.id.clone(), i.state.clone(), print::time(&i.expires), uses, describe(i)]
        })
        .collect();
    print::table(&["Id", "State", "Expires (UTC)", "Used", "What"], &cells)
}

fn kind_of(invite: &Invite) -> &str {
    match invite.kind.as_str() {
        "account-and-contact" => "account and contact",
        "password-reset" => "new password",
        other => other,
    }
}

fn describe(invite: &Invite) -> String {
    let mut text = kind_of(invite).to_owned();
    if let Some(name) = &invite.reserved_name {
        text.push_str(&format!(" for {name}"));
    }
    if let Some(of) = &invite.contact_of {
        text.push_str(&format!(" of {of}"));
    }
    if invite.role != "member" {
        text.push_str(&format!(", as {}", invite.role));
    }
    if !invite.groups.is_empty() {
        text.push_str(&format!(", into {}", invite.groups.join(", ")));
    }
    if invite.contact_of.as_deref() != Some(invite.made_by.as_str()) {
        text.push_str(&format!(", made by {}", invite.made_by));
    }
    if let Some(note) = &invite.note {
        text.push_str(&format!(" ({note})"));
    }
    text
}

fn show(invite: &Invite) -> String {
    let mut lines = vec![
        format!("Invite    {} — {}", invite.id, kind_of(invite)),
        format!("State     {}", invite.state),
        format!("Created   {}, by {}", print::time(&invite.created), invite.made_by),
        format!("Expires   {}", print::time(&invite.expires)),
        format!("Used      {} of {}", invite.uses, invite.max_uses),
        format!("Opened    {} times, about", invite.opened),
    ];
    let groups = Some(invite.groups.join(", ")).filter(|groups| !groups.is_empty());
    for (what, value) in [
        ("For", invite.reserved_name.as_ref()),
        ("Contact", invite.contact_of.as_ref()),
        ("Role", Some(&invite.role)),
        ("Groups", groups.as_ref()),
        ("Note", invite.note.as_ref()),
        ("Web link", invite.landing_page.as_ref()),
        ("App link", invite.uri.as_ref()),
    ] {
        if let Some(value) = value {
            lines.push(format!("{what:<9} {value}"));
        }
    }
    for event in &invite.history {
        let by = event.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        lines.push(format!("          {} {}{by}", print::time(&event.at), event.what));
    }
    lines.join("\n")
}
