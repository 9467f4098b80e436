//! SASL2 requests and answers, as they are in the documents and as they should not be.

use super::el;
use super::fast::Fast;
use super::sasl::SaslCondition;
use super::sasl2::*;
use super::sm::{Enable, Resume};
use super::{BadPayload, Secret};
use crate::ns;
use crate::xml::Element;

fn secret(bytes: &[u8]) -> Secret<Vec<u8>> {
    Secret::new(bytes.to_vec())
}

fn bare(mechanism: &str) -> Authenticate {
    Authenticate {
        mechanism: mechanism.to_owned(),
        initial_response: None,
        user_agent: None,
        bind: None,
        resume: None,
        upgrades: Vec::new(),
        fast: None,
        request_token: None,
        extensions: Vec::new(),
    }
}

#[test]
fn reads_a_request_with_everything_in_it() {
    let xml = "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-1-PLUS'>\
        <initial-response>AAEC</initial-response>\
        <user-agent id='D4565FA7-4d72-4749-b3d3-740edbf87770'><software>A</software><device>K's</device></user-agent>\
        <bind xmlns='urn:xmpp:bind:0'><tag>App</tag><enable xmlns='urn:xmpp:carbons:2'/>\
        <enable xmlns='urn:xmpp:sm:3' resume='true'/><inactive xmlns='urn:xmpp:csi:0'/><x xmlns='u:x'/></bind>\
        <resume xmlns='urn:xmpp:sm:3' previd='p' h='5'/>\
        <upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-256</upgrade>\
        <fast xmlns='urn:xmpp:fast:0' count='7'/>\
        <request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-ENDP'/><y xmlns='u:y'/></authenticate>";
    let expected = ClientSasl2::Authenticate(Box::new(Authenticate {
        initial_response: Some(secret(&[0, 1, 2])),
        user_agent: Some(UserAgent {
            id: Some("d4565fa7-4d72-4749-b3d3-740edbf87770".to_owned()),
            software: Some("A".to_owned()),
            device: Some("K's".to_owned()),
        }),
        bind: Some(Bind2 {
            tag: Some("App".to_owned()),
            carbons: true,
            enable: Some(Enable { resume: true, max: None }),
            active: Some(false),
            extensions: vec![Element::new("u:x", "x")],
        }),
        resume: Some(Resume { previd: "p".to_owned(), h: 5 }),
        upgrades: vec!["UPGR-SCRAM-SHA-256".to_owned()],
        fast: Some(Fast { count: Some(7), invalidate: false }),
        request_token: Some("HT-SHA-256-ENDP".to_owned()),
        extensions: vec![Element::new("u:y", "y")],
        ..bare("SCRAM-SHA-1-PLUS")
    }));
    assert_eq!(ClientSasl2::read(&el(xml)).as_ref(), Ok(&expected));
    assert_eq!(ClientSasl2::read(&expected.to_element()), Ok(expected));
}

#[test]
fn reads_what_clients_send() {
    let many = format!("<authenticate mechanism='X'>{}</authenticate>", "<e xmlns='u:e'/>".repeat(33));
    let auth = |auth: Authenticate| Ok(ClientSasl2::Authenticate(Box::new(auth)));
    let cases: Vec<(&str, Result<ClientSasl2, SaslCondition>)> = vec![
        ("<authenticate mechanism='X'/>", auth(bare("X"))),
        (
            "<authenticate mechanism='X'><initial-response/></authenticate>",
            auth(Authenticate { initial_response: Some(secret(b"")), ..bare("X") }),
        ),
        (
            "<authenticate mechanism='X'><user-agent id='not-a-uuid'/></authenticate>",
            auth(Authenticate { user_agent: Some(UserAgent::default()), ..bare("X") }),
        ),
        ("<authenticate/>", Err(SaslCondition::InvalidMechanism)),
        (
            "<authenticate mechanism='X'><initial-response>?</initial-response></authenticate>",
            Err(SaslCondition::IncorrectEncoding),
        ),
        (
            "<authenticate mechanism='X'><initial-response/><initial-response/></authenticate>",
            Err(SaslCondition::MalformedRequest),
        ),
        (
            "<authenticate mechanism='X'><resume xmlns='urn:xmpp:sm:3' h='1'/></authenticate>",
            Err(SaslCondition::MalformedRequest),
        ),
        (&many, Err(SaslCondition::MalformedRequest)),
        ("<response>AAEC</response>", Ok(ClientSasl2::Response(secret(&[0, 1, 2])))),
        ("<response/>", Ok(ClientSasl2::Response(secret(b"")))),
        ("<abort/>", Ok(ClientSasl2::Abort)),
        ("<next task='T'/>", Ok(ClientSasl2::Next { task: "T".to_owned(), data: Vec::new() })),
        ("<next/>", Err(SaslCondition::MalformedRequest)),
        ("<task-data/>", Ok(ClientSasl2::TaskData(Vec::new()))),
        ("<success/>", Err(SaslCondition::MalformedRequest)),
        ("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", Err(SaslCondition::MalformedRequest)),
    ];
    for (xml, expected) in cases {
        let read = ClientSasl2::read(&Element::parse(xml.as_bytes(), ns::SASL2).expect("XML"));
        assert_eq!(read, expected, "{xml:.80}");
        if let Ok(sasl) = read {
            assert_eq!(ClientSasl2::read(&sasl.to_element()), Ok(sasl));
        }
    }
}

#[test]
fn answers_read_back() {
    let success = ServerSasl2::Success {
        additional_data: Some(secret(b"v=1")),
        authorization_identifier: "a@b/c<d".to_owned(),
        inline: vec![bound([Element::new(ns::SM, "enabled")])],
    };
    let cases = [
        ServerSasl2::Challenge(secret(b"r=1")),
        success,
        ServerSasl2::Failure { condition: SaslCondition::NotAuthorized, text: Some("no".to_owned()) },
        ServerSasl2::Failure { condition: SaslCondition::Aborted, text: None },
        ServerSasl2::Continue { additional_data: None, tasks: vec!["UPGR-SCRAM-SHA-256".to_owned()] },
        scram_upgrade_salt(b"salty", 10_000),
    ];
    for case in cases {
        let back = Element::parse(&case.to_element().to_bytes(ns::CLIENT), ns::CLIENT).expect("we write XML");
        assert_eq!(ServerSasl2::read(&back), Ok(case));
    }
    let empty = Element::new(ns::SASL2, "success");
    assert_eq!(ServerSasl2::read(&empty), Err(BadPayload::Missing { what: "authorization-identifier" }));
}

#[test]
fn upgrade_hashes_are_neither_empty_nor_long() {
    let hash = |text: &str| vec![Element::new(ns::SCRAM_UPGRADE, "hash").with_text(text)];
    let long = "AAAA".repeat(1024);
    type Hash = Result<Secret<Vec<u8>>, SaslCondition>;
    let cases: [(Vec<Element>, Hash); 5] = [
        (hash("AAEC"), Ok(secret(&[0, 1, 2]))),
        (hash(""), Err(SaslCondition::MalformedRequest)),
        (hash("?"), Err(SaslCondition::IncorrectEncoding)),
        (hash(&long), Err(SaslCondition::MalformedRequest)),
        (Vec::new(), Err(SaslCondition::MalformedRequest)),
    ];
    for (data, expected) in cases {
        assert_eq!(read_scram_upgrade_hash(&data), expected);
    }
}

#[test]
fn the_features_are_as_documented() {
    let feature = Sasl2Feature {
        mechanisms: vec!["SCRAM-SHA-1"],
        resume: true,
        bind: Some(vec![ns::CARBONS]),
        fast: vec!["HT-SHA-256-NONE"],
        upgrades: vec!["UPGR-SCRAM-SHA-256"],
    };
    assert_eq!(
        feature.to_element().to_string_in(ns::CLIENT),
        "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-1</mechanism><inline>\
         <bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:carbons:2'/></inline></bind>\
         <fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast><sm xmlns='urn:xmpp:sm:3'/></inline>\
         <upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-256</upgrade></authentication>"
    );
    assert_eq!(
        channel_binding_feature(["tls-exporter"]).to_string_in(ns::CLIENT),
        "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>"
    );
}
