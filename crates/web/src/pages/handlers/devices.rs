//! Where a member is signed in, in browsers and chat apps, and ending it.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_engine::devices::{Device, DeviceKey};

use super::{Ctx, Fields, Proof, Submitted, see_other};
use crate::front::timestamp;
use crate::pages::view::{Browser, ChatApp, Devices, FormProblem, Here, Notice};
use crate::pages::{paths, view};
use crate::platform;
use crate::problem::Fail;

/// `GET /me/devices`.
pub(crate) async fn page(RawQuery(query): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let query = Fields::parse(query.as_deref().unwrap_or_default().as_bytes()).ok_or(Fail::Malformed)?;
    show(&ctx, StatusCode::OK, Notice::parse(query.get("done")), None).await
}

/// `POST /me/devices/end`: one of them, named by `browser` or `app`. One that is gone already is ended too.
pub(crate) async fn end(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    if sent.proven("")? == Proof::Stale {
        return show(ctx, StatusCode::BAD_REQUEST, None, Some(FormProblem::Stale)).await;
    }
    let (by, jid) = (ctx.by()?, &ctx.member()?.account.jid);
    match (fields.find("browser"), fields.find("app")) {
        (Some(label), None) => {
            ctx.web.acts.sign_in.end(&by, jid, label).await.map_err(Fail::store)?;
        }
        (None, Some(key)) => {
            let key = DeviceKey::parse(key).ok_or(Fail::Malformed)?;
            ctx.web.acts.devices.end(&by, jid, &key).await.map_err(Fail::store)?;
        }
        _ => return Err(Fail::Malformed),
    }
    Ok(see_other(&paths::with(paths::DEVICES, &[("done", Notice::SignedOut.word())])))
}

/// `POST /me/devices/end-others`: everything but this browser.
pub(crate) async fn end_others(sent: Submitted) -> Result<Response, Fail> {
    let ctx = &sent.ctx;
    if sent.proven("")? == Proof::Stale {
        return show(ctx, StatusCode::BAD_REQUEST, None, Some(FormProblem::Stale)).await;
    }
    let (by, member) = (ctx.by()?, ctx.member()?);
    ctx.web.acts.sign_in.end_others(&by, &member.account.jid, member.session.hash).await.map_err(Fail::store)?;
    ctx.web.acts.devices.end_all(&by, &member.account.jid).await.map_err(Fail::store)?;
    Ok(see_other(&paths::with(paths::DEVICES, &[("done", Notice::OthersSignedOut.word())])))
}

async fn show(
    ctx: &Ctx,
    status: StatusCode,
    notice: Option<Notice>,
    problem: Option<FormProblem>,
) -> Result<Response, Fail> {
    let member = ctx.member()?;
    let jid = &member.account.jid;
    let sessions = ctx.web.acts.sign_in.sessions(jid).await.map_err(Fail::store)?;
    let browsers: Vec<Browser> = sessions
        .iter()
        .map(|session| {
            let (name, device) = platform::of_short(&session.browser);
            Browser {
                label: session.hash.label(),
                name,
                device,
                since: timestamp(session.created),
                seen: timestamp(session.seen),
                this: session.hash == member.session.hash,
            }
        })
        .collect();
    let apps = ctx.web.acts.devices.of(&ctx.by()?, jid).await.map_err(Fail::store)?;
    let apps: Vec<ChatApp> = apps.iter().map(app).collect();
    let site = view::Site { path: (status == StatusCode::OK).then_some(ctx.asked.path.as_str()), ..ctx.asked.site() };
    let page = Devices { site: &site, csrf: &ctx.field(), browsers: &browsers, apps: &apps, notice, problem };
    Ok(ctx.form(status, &page))
}

fn app(device: &Device) -> ChatApp {
    let online = device.online.as_ref();
    let said = device.software.as_deref().map(str::to_owned);
    ChatApp {
        key: device.key.to_string(),
        name: said.or_else(|| app_name(&online?.resource)),
        device: device.device.as_deref().map(str::to_owned),
        since: timestamp(online.map_or_else(|| device.returns.map_or(0, |(seen, _)| seen), |online| online.since)),
        here: match online {
            Some(online) if online.connected => Here::Connected,
            Some(_) => Here::Lost,
            None => Here::Away,
        },
    }
}

/// Most apps begin their resource with their name: "Conversations.x7Qa", "gajim.ABCD", "Monal-iOS.1234". `None` for one
/// that is no word, such as a random one of the server's making.
fn app_name(resource: &str) -> Option<String> {
    let word: String = resource.chars().take_while(|c| c.is_alphabetic()).take(MAX_APP_CHARS).collect();
    let rest = resource.get(word.len()..).unwrap_or_default();
    let ends = rest.chars().next().is_none_or(|c| ".-/_ :(~#".contains(c));
    if word.chars().count() < 3 || !ends || !word.chars().any(|c| "aeiouyAEIOUY".contains(c) || !c.is_ascii()) {
        return None;
    }
    let mut letters = word.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

const MAX_APP_CHARS: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_that_begin_with_a_word_are_called_by_it() {
        for (resource, name) in [
            ("Conversations.x7Qa", Some("Conversations")),
            ("gajim.ABCD1234", Some("Gajim")),
            ("Monal-iOS.12ab", Some("Monal")),
            ("dino", Some("Dino")),
            ("Телефон", Some("Телефон")),
            ("a8f3e0", None),
            ("xyz", Some("Xyz")),
            ("bcdfg.1", None),
            ("", None),
            ("7", None),
            ("ab", None),
            ("<script>", None),
        ] {
            assert_eq!(app_name(resource).as_deref(), name, "{resource}");
        }
    }
}
