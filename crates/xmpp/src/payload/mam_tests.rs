//! Queries as clients write them, and as nobody should.

use super::super::el;
use super::super::rsm::PageFrom;
use super::*;

fn query(inner: &str) -> Result<Query, BadQuery> {
    Query::read(&el(&format!("<query xmlns='urn:xmpp:mam:2' queryid='f27'>{inner}</query>")))
}

fn form(fields: &str) -> Result<Filter, BadQuery> {
    let kind = "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>";
    query(&format!("<x xmlns='jabber:x:data' type='submit'>{kind}{fields}</x>")).map(|query| query.filter)
}

fn field(var: &str, values: &[&str]) -> String {
    let values: String = values.iter().map(|value| format!("<value>{value}</value>")).collect();
    format!("<field var='{var}'>{values}</field>")
}

fn bad(payload: BadPayload) -> Result<Filter, BadQuery> {
    Err(BadQuery::Payload(payload))
}

#[test]
fn a_query_says_which_messages_which_page_and_in_which_order() {
    let found = query("<flip-page/><set xmlns='http://jabber.org/protocol/rsm'><max>5</max><before/></set>");
    let found = found.expect("a query");
    assert_eq!((found.queryid.as_deref(), found.flip), (Some("f27"), true));
    assert_eq!(found.page, PageRequest { max: Some(5), from: PageFrom::End });
    assert_eq!(found.filter, Filter::default());

    let all = [
        field("start", &["2010-06-07T00:00:00Z"]),
        field("end", &["2010-07-07T13:23:54Z"]),
        field("with", &["Juliet@Capulet.lit"]),
        field("before-id", &["b"]),
        field("after-id", &["a"]),
        field("ids", &["1", "2"]),
        field("include-groupchat", &["false"]),
    ];
    let expected = Filter {
        start: Timestamp::parse("2010-06-07T00:00:00Z").ok(),
        end: Timestamp::parse("2010-07-07T13:23:54Z").ok(),
        with: Jid::new("juliet@capulet.lit").ok(),
        before_id: Some("b".to_owned()),
        after_id: Some("a".to_owned()),
        ids: Some(vec!["1".to_owned(), "2".to_owned()]),
        groupchat: Some(false),
    };
    assert_eq!(form(&all.concat()), Ok(expected));
    assert_eq!(form(&field("with", &[""])), Ok(Filter::default()), "left empty");
    assert_eq!(form(&field("start", &[])), Ok(Filter::default()), "left empty");
}

#[test]
fn attack_60_forms_that_are_none_are_refused() {
    let many: String = (0..300).map(|n| field(&format!("f{n}"), &["1"])).collect();
    let cases = [
        (form(&field("with", &["@"])), bad(BadPayload::BadJid { what: "with" })),
        (form(&field("with", &["a@b", "c@d"])), bad(BadPayload::TooMany { what: "with", max: 1 })),
        (form(&field("start", &["yesterday"])), bad(BadPayload::Invalid { what: "start" })),
        (form(&field("end", &["2010-13-07T00:00:00Z"])), bad(BadPayload::Invalid { what: "end" })),
        (form(&field("include-groupchat", &["maybe"])), bad(BadPayload::Invalid { what: "boolean field" })),
        (
            form(&field("after-id", &[&"x".repeat(MAX_ID_BYTES + 1)])),
            bad(BadPayload::TooLong { what: "after-id", max: MAX_ID_BYTES }),
        ),
        (
            form(&field("ids", &["1", &"x".repeat(MAX_ID_BYTES + 1)])),
            bad(BadPayload::TooLong { what: "ids", max: MAX_ID_BYTES }),
        ),
        (form("<field><value>1</value></field>"), bad(BadPayload::Missing { what: "var" })),
        (form(&field("{http://example.com/}free-text-search", &["x"])), Err(BadQuery::Unknown)),
        (form(&field("withtext", &["x"])), Err(BadQuery::Unknown)),
        (form(&field("FORM_TYPE", &["urn:xmpp:mam:2"])), bad(BadPayload::Repeated { what: "field" })),
        (
            form(&[field("with", &["a@b"]), field("with", &["c@d"])].concat()),
            bad(BadPayload::Repeated { what: "field" }),
        ),
    ];
    for (n, (found, expected)) in cases.into_iter().enumerate() {
        assert_eq!(found, expected, "case {n}");
    }
    assert!(matches!(form(&many), Err(BadQuery::Payload(BadPayload::TooMany { .. }))));

    let x = |kind: &str, fields: &str| {
        query(&format!("<x xmlns='jabber:x:data' type='{kind}'>{fields}</x>")).map(|query| query.filter)
    };
    assert_eq!(x("submit", &field("with", &["a@b"])), bad(BadPayload::Missing { what: "FORM_TYPE" }));
    assert_eq!(x("submit", &field("FORM_TYPE", &["urn:xmpp:mam:1"])), bad(BadPayload::Invalid { what: "FORM_TYPE" }));
    assert_eq!(x("form", &field("FORM_TYPE", &["urn:xmpp:mam:2"])), bad(BadPayload::Invalid { what: "type" }));
    assert_eq!(x("submit' a='", ""), bad(BadPayload::Missing { what: "FORM_TYPE" }));
    let two = "<x xmlns='jabber:x:data' type='submit'/>".repeat(2);
    assert_eq!(query(&two).map(|q| q.filter), bad(BadPayload::Repeated { what: "x" }));
    assert_eq!(Query::read(&el("<query xmlns='urn:xmpp:mam:2' node='n'/>")), Err(BadQuery::Unknown));
}

#[test]
fn a_result_carries_the_message_as_it_was_kept() {
    let message = Stanza::parse(b"<message from='a@b/c' to='d@e' type='chat'><body>1 &lt; 2</body></message>");
    let message = message.expect("a stanza");
    let mut out = Vec::new();
    write_result(&mut out, Some("'<q>"), "an id", Timestamp::from_millis(1_500), &message);
    let result = Element::parse(&out, ns::CLIENT).expect("XML");
    assert!(result.is(ns::MAM, "result"));
    assert_eq!((result.attr_value("id"), result.attr_value("queryid")), (Some("an id"), Some("'<q>")));
    let forwarded = result.child_named(ns::FORWARD, "forwarded").expect("forwarded");
    let delay = forwarded.child_named(ns::DELAY, "delay").expect("a delay");
    assert_eq!(delay.attr_value("stamp"), Some("1970-01-01T00:00:01.5Z"));
    let inner = forwarded.child_named(ns::CLIENT, "message").expect("the message");
    assert_eq!((inner.attr_value("from"), inner.child_text("body").as_deref()), (Some("a@b/c"), Some("1 < 2")));
}

#[test]
fn preferences_read_and_write() {
    let prefs = |inner: &str| Prefs::read(&el(&format!("<prefs xmlns='urn:xmpp:mam:2' {inner}</prefs>")));
    let jids = |list: &[&str]| list.iter().map(|jid| Jid::new(jid).expect("a JID")).collect::<Vec<_>>();
    let some = Prefs { default: DefaultPolicy::Roster, always: jids(&["a@b"]), never: jids(&["c@d/e", "f"]) };
    assert_eq!(
        prefs("default='roster'><always><jid>A@b</jid></always><never><jid>c@d/e</jid><jid> f </jid></never>"),
        Ok(some.clone())
    );
    assert_eq!(Prefs::read(&some.to_element()), Ok(some));
    let none = Prefs { default: DefaultPolicy::Never, always: Vec::new(), never: Vec::new() };
    assert_eq!(prefs("default='never'>"), Ok(none));
    let too_many = format!("default='always'><never>{}</never>", "<jid>a@b</jid>".repeat(MAX_PREFS + 1));
    for (inner, expected) in [
        (">", BadPayload::Missing { what: "default" }),
        ("default='sometimes'>", BadPayload::Invalid { what: "default" }),
        ("default='always'><never><jid>@</jid></never>", BadPayload::BadJid { what: "jid" }),
        ("default='always'><never/><never/>", BadPayload::Repeated { what: "never" }),
        (too_many.as_str(), BadPayload::TooMany { what: "jid", max: MAX_PREFS }),
    ] {
        assert_eq!(prefs(inner), Err(expected), "{inner:.60}");
    }
}
