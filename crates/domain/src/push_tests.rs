use super::*;

fn owner() -> BareJid {
    BareJid::new("romeo@montague.example").expect("an address")
}

fn registration(key: i64, service: &str, node: &str, resource: &str) -> Registration {
    Registration {
        key,
        service: Jid::new(service).expect("an address"),
        node: node.into(),
        resource: resource.into(),
        agent: None,
        options: None,
        request: 7,
        at: key,
        failing: None,
    }
}

/// What is kept after an outcome, in order of age.
fn applied(kept: &[Registration], outcome: &Outcome<()>) -> Vec<Registration> {
    let mut kept = kept.to_vec();
    let mut view: PushTargets = (!kept.is_empty()).then(|| kept.iter().map(PushTarget::from).collect());
    for change in &outcome.changes {
        let Change::Push(change) = change else { panic!("{change:?}") };
        assert_eq!(change.owner(), &owner());
        view = change.after(&view);
        match change {
            PushChange::Enabled { registration, .. } => {
                kept.retain(|one| one.key != registration.key);
                kept.push(registration.clone());
            }
            PushChange::Disabled { keys, .. } => kept.retain(|one| !keys.contains(&one.key)),
            PushChange::SignedOut { keep, .. } => kept.retain(|one| Some(one.request) == *keep),
            PushChange::DeviceEnded { agent, .. } => kept.retain(|one| one.agent != Some(*agent)),
            PushChange::Failing { key, since, .. } => {
                kept.iter_mut().filter(|one| one.key == *key).for_each(|one| one.failing = *since);
            }
        }
    }
    let expected: Vec<PushTarget> = kept.iter().map(PushTarget::from).collect();
    assert_eq!(view.as_deref().unwrap_or_default(), expected, "the view follows");
    assert_eq!(view.is_none(), kept.is_empty());
    kept
}

fn keys(kept: &[Registration]) -> Vec<i64> {
    kept.iter().map(|one| one.key).collect()
}

#[test]
fn a_service_and_node_are_there_once_and_the_last_word_counts() {
    let first = registration(1, "push.example", "n", "phone");
    let kept = applied(&[], &enable(owner(), &[], first.clone()).expect("enabled"));
    assert_eq!(kept, std::slice::from_ref(&first));
    let again = Registration { key: 2, at: 99, ..first.clone() };
    assert!(enable(owner(), &kept, again.clone()).expect("enabled").changes.is_empty(), "nothing new");
    let other = Registration { options: Some(Kept::from(&b"<x/>"[..])), resource: "tablet".into(), ..again };
    let kept = applied(&kept, &enable(owner(), &kept, other.clone()).expect("enabled"));
    assert_eq!(kept, [Registration { key: 1, ..other }]);
    let second = registration(3, "push.example", "m", "phone");
    let mut kept = applied(&kept, &enable(owner(), &kept, second).expect("enabled"));
    assert_eq!(keys(&kept), [1, 3]);
    // Whoever registers again is there, so that its service gets another chance.
    kept[0].failing = Some(5);
    let kept =
        applied(&kept, &enable(owner(), &kept, Registration { failing: None, ..kept[0].clone() }).expect("enabled"));
    assert_eq!((keys(&kept), kept[1].failing), (vec![3, 1], None));
}

#[test]
fn attack_122_registrations_are_bounded_and_the_oldest_gives_way() {
    let mut kept = Vec::new();
    for key in 0..10_000_i64 {
        let resource = format!("r{}", key % 3);
        let new = registration(key, "push.example", &key.to_string(), &resource);
        kept = applied(&kept, &enable(owner(), &kept, new).expect("enabled"));
        assert!(kept.len() <= 3 * MAX_PER_RESOURCE);
    }
    assert_eq!(keys(&kept), (10_000 - 15..10_000).collect::<Vec<i64>>());
    for key in 0..10_000_i64 {
        let new = registration(key, "other.example", &key.to_string(), &format!("r{key}"));
        kept = applied(&kept, &enable(owner(), &kept, new).expect("enabled"));
        assert!(kept.len() <= MAX_PER_ACCOUNT);
    }
    let options = |bytes| Some(Kept::from(vec![b'x'; bytes]));
    let large = Registration { options: options(MAX_OPTIONS_BYTES + 1), ..registration(1, "a", "b", "c") };
    let refused = enable(owner(), &[], large.clone()).expect_err("too large");
    assert_eq!(refused, PushRefusal::TooLarge { bytes: MAX_OPTIONS_BYTES + 1, max: MAX_OPTIONS_BYTES });
    assert!(enable(owner(), &[], Registration { options: options(MAX_OPTIONS_BYTES), ..large }).is_ok());
}

#[test]
fn what_is_disabled_is_gone_and_nothing_else() {
    let kept = vec![
        registration(1, "push.example", "n", "phone"),
        Registration { agent: Some(AgentId([2; 16])), ..registration(2, "push.example", "m", "tablet") },
        registration(3, "other.example", "n", "phone"),
        Registration { request: 8, ..registration(4, "push.example", "", "desk") },
    ];
    let at = |text| Jid::new(text).expect("an address");
    for (outcome, left) in [
        (disable(owner(), &kept, &at("push.example"), None), vec![3]),
        (disable(owner(), &kept, &at("push.example"), Some("n")), vec![2, 3, 4]),
        (disable(owner(), &kept, &at("push.example"), Some("none")), vec![1, 2, 3, 4]),
        (disable(owner(), &kept, &at("none.example"), None), vec![1, 2, 3, 4]),
        (forget(owner(), &kept, "phone"), vec![2, 4]),
        (remove(owner(), &kept, 2), vec![1, 3, 4]),
        (
            Outcome {
                changes: vec![PushChange::DeviceEnded { owner: owner(), agent: AgentId([2; 16]) }.into()],
                out: (),
            },
            vec![1, 3, 4],
        ),
        (Outcome { changes: vec![PushChange::SignedOut { owner: owner(), keep: Some(8) }.into()], out: () }, vec![4]),
        (Outcome { changes: vec![PushChange::SignedOut { owner: owner(), keep: None }.into()], out: () }, vec![]),
    ] {
        assert_eq!(keys(&applied(&kept, &outcome)), left, "{outcome:?}");
    }
}

#[test]
fn the_first_failure_is_noted_and_so_is_its_end() {
    let kept = vec![registration(1, "push.example", "n", "phone")];
    let kept = applied(&kept, &note(owner(), &kept, 1, Some(5)));
    assert_eq!(kept[0].failing, Some(5));
    assert!(note(owner(), &kept, 1, Some(6)).changes.is_empty());
    assert!(note(owner(), &kept, 2, Some(6)).changes.is_empty());
    let kept = applied(&kept, &note(owner(), &kept, 1, None));
    assert_eq!(kept[0].failing, None);
    assert!(note(owner(), &kept, 1, None).changes.is_empty());
}

#[test]
fn attack_122_what_can_be_no_push_service_is_none() {
    use PushRefusal as R;
    let own = Jid::new("romeo@montague.example/phone").expect("an address");
    for (address, here, expected) in [
        ("push.example", false, Ok(())),
        ("app@push.example", false, Ok(())),
        ("app@push.example/x", false, Ok(())),
        ("montague.example", true, Err(R::NoService)),
        ("montague.example/x", true, Err(R::NoService)),
        ("juliet@montague.example", true, Err(R::NoService)),
        ("romeo@montague.example", true, Err(R::NoService)),
        ("romeo@montague.example/phone", true, Err(R::Oneself)),
        ("romeo@montague.example/desk", true, Ok(())),
        ("juliet@montague.example/balcony", true, Ok(())),
    ] {
        assert_eq!(service(&own, &Jid::new(address).expect("an address"), here), expected, "{address}");
    }
}

#[test]
fn whoever_is_there_is_not_woken() {
    use Whereabouts as W;
    for (client, queued, kept, expected) in [
        (W::Connected, true, true, false),
        (W::Connected, false, true, false),
        (W::Parked, true, false, true),
        (W::Parked, false, true, true),
        (W::Parked, false, false, false),
        (W::Absent, false, true, true),
        (W::Absent, false, false, false),
    ] {
        assert_eq!(wakes(client, queued, kept), expected, "{client:?}, queued {queued}, kept {kept}");
    }
}

#[test]
fn what_somebody_reads_or_hears_matters() {
    const OMEMO: &str = "<encrypted xmlns='eu.siacs.conversations.axolotl'/>";
    for (attrs, children, expected) in [
        ("type='chat'", "<body>hi</body>", true),
        ("", "<body>hi</body>", true),
        ("type='groupchat'", "<body>hi</body>", true),
        ("type='groupchat'", "<subject>s</subject>", false),
        ("type='chat'", "<body/>", false),
        ("type='chat'", "<body></body>", false),
        ("type='chat'", OMEMO, true),
        ("type='chat'", "<encrypted xmlns='urn:xmpp:omemo:2'/>", true),
        ("type='chat'", "<openpgp xmlns='urn:xmpp:openpgp:0'>x</openpgp>", true),
        ("type='chat'", "<propose xmlns='urn:xmpp:jingle-message:0' id='a'/><store xmlns='urn:xmpp:hints'/>", true),
        ("type='chat'", "<retract xmlns='urn:xmpp:jingle-message:0' id='a'/><store xmlns='urn:xmpp:hints'/>", false),
        ("type='chat'", "<composing xmlns='http://jabber.org/protocol/chatstates'/>", false),
        ("type='chat'", "<received xmlns='urn:xmpp:receipts' id='a'/>", false),
        ("type='chat'", "<displayed xmlns='urn:xmpp:chat-markers:0' id='a'/><store xmlns='urn:xmpp:hints'/>", false),
        ("type='headline'", "<body>news</body>", false),
        ("type='error'", "<body>hi</body><error type='cancel'/>", false),
        // ATTACKS 45: what others push is not for this server to believe.
        ("type='chat'", "<notification xmlns='urn:xmpp:push:0'/>", false),
        ("type='chat'", "<x xmlns='urn:example'><body>hi</body></x>", false),
    ] {
        let xml = format!("<message {attrs}>{children}</message>");
        let stanza = Stanza::parse(xml.as_bytes()).expect("a stanza");
        let facts = MessageFacts::of(&stanza);
        assert_eq!(matters(&facts, &stanza, false), expected, "{xml}");
        assert!(!matters(&facts, &stanza, true), "{xml}");
    }
}
