//! Promises of the payload readers: what one accepts it writes so that it reads the same again, no other takes it for
//! its own, and what is a secret never shows in `Debug`.

use crate::error::{StanzaError, StreamError};
use crate::forms::{Form, FormKind};
use crate::ns;
use crate::payload::command::{CommandAnswer, CommandRequest};
use crate::payload::contact::ContactAddresses;
use crate::payload::invite::{CreateAccount, Invitation, InvitationTexts, read_reset};
use crate::payload::pubsub::options::NodeOptions;
use crate::payload::pubsub::owner::OwnerRequest;
use crate::payload::pubsub::request::Request;
use crate::payload::{
    avatar, bind, blocking, carbons, delay, disco, entity_time, fast, forward, hints, last, mam, nick, ping, preauth,
    private, push, register, roster, rsm, sasl, sasl2, sm, stanza_id, vcard, vcard_update, version,
};
use crate::stream::{Features, StartTls, StreamLimits};
use crate::uri::InviteUri;
use crate::xml::Element;

/// As [`payload_of`], for bytes. What is accepted is read once more from what is written, so that writing is tried too.
pub fn payload(data: &[u8]) {
    let Ok(el) = Element::parse(data, ns::CLIENT) else { return };
    let mut written = Vec::new();
    el.write(&mut written, ns::CLIENT);
    let again = Element::parse(&written, ns::CLIENT).expect("what is written can be read");
    assert_eq!(super::meaning(&el), super::meaning(&again), "{}", written.escape_ascii());
    payload_of(&el);
}

/// Reads, writes, reads again.
macro_rules! same_again {
    ($el:expr, $($read:path => $write:path),+ $(,)?) => {
        $(if let Ok(value) = $read($el) {
            let again = $read(&$write(&value));
            assert_eq!(again.as_ref(), Ok(&value), "{}", $el);
        })+
    };
}

/// Promises of all payload readers, met by one element.
pub fn payload_of(el: &Element) {
    same_again!(
        el,
        roster::RosterGet::read => roster::RosterGet::to_element,
        roster::RosterSet::read => roster::RosterSet::to_element,
        roster::RosterItems::read => roster::RosterItems::to_element,
        Form::read => Form::to_element,
        CommandRequest::read => CommandRequest::to_element,
        CommandAnswer::read => CommandAnswer::to_element,
        disco::DiscoInfo::read => disco::DiscoInfo::to_element,
        disco::DiscoItems::read => disco::DiscoItems::to_element,
        disco::Caps::read => disco::Caps::to_element,
        rsm::PageRequest::read => rsm::PageRequest::to_element,
        rsm::PageGiven::read => rsm::PageGiven::to_element,
        mam::Prefs::read => mam::Prefs::to_element,
        sm::ClientSm::read => sm::ClientSm::to_element,
        sm::ServerSm::read => sm::ServerSm::to_element,
        sasl::ClientSasl::read => sasl::ClientSasl::to_element,
        sasl::ServerSasl::read => sasl::ServerSasl::to_element,
        sasl2::ClientSasl2::read => sasl2::ClientSasl2::to_element,
        sasl2::ServerSasl2::read => sasl2::ServerSasl2::to_element,
        sasl2::Bind2::read => sasl2::Bind2::to_element,
        fast::Fast::read => fast::Fast::to_element,
        fast::Token::read => fast::Token::to_element,
        push::PushRequest::read => push::PushRequest::to_element,
        push::Summary::read => push::Summary::notification,
        blocking::Blocking::read => blocking::Blocking::to_element,
        forward::Forwarded::read => forward::Forwarded::to_element,
        delay::Delay::read => delay::Delay::to_element,
        last::LastActivity::read => last::LastActivity::to_element,
        version::SoftwareVersion::read => version::SoftwareVersion::to_element,
        stanza_id::StanzaId::read => stanza_id::StanzaId::to_element,
        avatar::read_metadata => write_metadata,
    );
    let read = [
        register::RegisterRequest::read(el).is_ok(),
        bind::read_request(el).is_ok() || bind::read_bound(el).is_ok(),
        carbons::CarbonsRequest::read(el).is_ok(),
        carbons::read(el).is_ok(),
        private::read(el).is_ok(),
        vcard::read(el).is_ok() && vcard::photo(el).is_ok(),
        entity_time::read(el).is_ok(),
        avatar::read_data(el, 8).is_ok(),
        vcard_update::read(el).is_some(),
        nick::read(el).is_ok(),
        ping::read(el).is_ok(),
        fast::read_request(el).is_ok(),
        stanza_id::read_origin_id(el).is_ok(),
        hints::Hint::read(el).is_some(),
        mam::Query::read(el).is_ok(),
        Request::read(el, true).is_ok() || Request::read(el, false).is_ok(),
        OwnerRequest::read(el, true).is_ok() || OwnerRequest::read(el, false).is_ok(),
        preauth::read(el).is_ok(),
        StreamError::read(el).is_some(),
        Features::read(el).is_ok(),
        StartTls::read(el).is_ok(),
        StreamLimits::read(el).is_ok(),
    ];
    // Each reader has an element of its own, so at most one can take it.
    assert!(read.iter().filter(|ok| **ok).count() <= 1, "{el}");
    assert_eq!(StanzaError::read(el).is_some(), el.name() == "error");
    if let Ok(info) = disco::DiscoInfo::read(el) {
        let turned = disco::DiscoInfo { features: info.features.iter().rev().cloned().collect(), ..info.clone() };
        assert_eq!(info.ver(), turned.ver(), "the order of features is nobody's business");
    }
    if let Ok(sasl2::ClientSasl2::Authenticate(wish)) = sasl2::ClientSasl2::read(el) {
        shows_no_secret(&wish);
    }
    if let Ok(form) = Form::read(el) {
        form_of(&form);
    }
}

fn write_metadata(forms: &[avatar::AvatarInfo]) -> Element {
    avatar::metadata(forms)
}

fn shows_no_secret(wish: &sasl2::Authenticate) {
    // Shorter ones stand in the words around them by chance.
    if let Some(secret) = &wish.initial_response
        && let Ok(secret) = std::str::from_utf8(secret.expose())
        && secret.len() >= 12
        && wish.extensions.is_empty()
        && wish.bind.is_none()
        && !wish.mechanism.contains(secret)
        && wish.user_agent.is_none()
        && wish.resume.is_none()
    {
        assert!(!format!("{wish:?}").contains(secret), "a secret is shown");
    }
}

/// As [`payload`], for the elements of SASL2 and of what travels inside: the bytes are the children of an
/// `<authenticate/>`, which is then carried as far as the mechanism's first message.
pub fn sasl2(data: &[u8]) {
    let Some((&choice, inside)) = data.split_first() else { return };
    let mechanism = ["PLAIN", "SCRAM-SHA-256", "HT-SHA-256-NONE", "X"][usize::from(choice & 3)];
    let outer = ["authenticate", "response", "next", "task-data"][usize::from(choice >> 2 & 3)];
    let open = format!("<{outer} xmlns='urn:xmpp:sasl:2' mechanism='{mechanism}' task='{mechanism}'>");
    let bytes = [open.as_bytes(), inside, format!("</{outer}>").as_bytes()].concat();
    let Ok(el) = Element::parse(&bytes, ns::CLIENT) else { return };
    payload_of(&el);
    for inner in el.elements() {
        payload_of(inner);
    }
    match sasl2::ClientSasl2::read(&el) {
        Ok(sasl2::ClientSasl2::Authenticate(wish)) => {
            assert_eq!(outer, "authenticate");
            assert_eq!(wish.mechanism, mechanism);
            if let Some(first) = &wish.initial_response {
                super::sasl(first.expose());
            }
        }
        Ok(sasl2::ClientSasl2::Response(answer)) => super::sasl(answer.expose()),
        Ok(sasl2::ClientSasl2::TaskData(data) | sasl2::ClientSasl2::Next { data, .. }) => {
            if let Ok(keys) = sasl2::read_scram_upgrade_hash(&data) {
                assert!(!keys.expose().is_empty(), "an upgrade has something to keep");
            }
        }
        Ok(sasl2::ClientSasl2::Abort) | Err(_) => {}
    }
}

/// As [`payload`], for data forms: the bytes are the fields of one. The typed readers of forms follow.
pub fn forms(data: &[u8]) {
    let Some((&choice, inside)) = data.split_first() else { return };
    let kind = ["form", "submit", "cancel", "result"][usize::from(choice & 3)];
    let open = format!("<x xmlns='jabber:x:data' type='{kind}'>");
    let bytes = [open.as_bytes(), inside, b"</x>"].concat();
    let Ok(el) = Element::parse(&bytes, ns::CLIENT) else { return };
    payload_of(&el);
    let query = Element::new(ns::MAM, "query").children([el.clone()]).children(el.elements().cloned());
    if let Ok(asked) = mam::Query::read(&query) {
        assert_eq!(asked.page, rsm::PageRequest::within(&query).expect("as it was read"));
        for time in [asked.filter.start, asked.filter.end].into_iter().flatten() {
            assert_eq!(time.to_string().parse(), Ok(time), "a time is written as it was read");
        }
    }
}

fn form_of(form: &Form) {
    let mut seen = std::collections::HashSet::new();
    for var in form.fields.iter().filter_map(|field| field.var.as_deref()) {
        assert!(seen.insert(var), "two fields of one name are refused");
        assert_eq!(form.value(var), form.values(var).first().map(String::as_str));
    }
    if let Ok(invitation) = Invitation::read(form) {
        let again = Invitation::read(&invitation.to_form(&InvitationTexts::default()));
        assert_eq!(again.as_ref(), Ok(&invitation));
        assert!(!format!("{invitation:?}").contains(&format!("preauth={}", invitation.uri.token().expose())));
    }
    if let Ok(options) = NodeOptions::read(form) {
        let again = NodeOptions::read(&options.to_form(FormKind::Submit)).expect("what we write we take");
        assert_eq!(again.fields(), options.fields());
    }
    if CreateAccount::read(form).is_ok() || read_reset(form).is_ok() {
        assert_eq!(form.kind, FormKind::Submit, "only what was filled in is done");
    }
    let addresses = ContactAddresses::read(form);
    if let Some(written) = addresses.to_form() {
        assert_eq!(ContactAddresses::read(&written), addresses);
    }
}

/// Promises of invite links: what is read is written so that it reads the same, in letters that need no escaping
/// anywhere, and a token does not show.
pub fn uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(uri) = InviteUri::parse(text) else { return };
    let written = uri.to_string();
    assert!(written.is_ascii() && !written.contains([' ', '"', '\'', '<', '>', '&', '\\']), "{written}");
    // Escaped it is up to three times as long, and an address that long is not read.
    if written.len() <= crate::uri::MAX_URI_BYTES {
        assert_eq!(InviteUri::parse(&written).as_ref(), Ok(&uri), "{written}");
    }
    assert!(!uri.token().expose().is_empty(), "without a token it is no invite");
    // With another token it looks the same. Looking for the token itself finds it where somebody's name has the same letters.
    let token = uri.token().expose();
    let shown = format!("preauth={}", crate::uri::encode(token));
    assert!(written.contains(&shown), "{written}");
    if let Ok(other) = InviteUri::parse(&written.replacen(&shown, &format!("preauth={}", "x".repeat(token.len())), 1)) {
        assert_eq!(format!("{other:?}"), format!("{uri:?}"), "a token is shown");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_reach_what_they_are_for() {
        payload(b"<query xmlns='jabber:iq:roster'><item jid='a@b'/></query>");
        for first in 0..16 {
            sasl2(&[&[first], &b"<initial-response>AGFubmEAc2VjcmV0</initial-response>"[..]].concat());
            forms(&[&[first], &b"<field var='accountjid'><value>a@b</value></field>"[..]].concat());
        }
        uri(b"xmpp:romeo@chat.example?roster;preauth=T0ken;ibr=y;name=R%20K");
    }
}
