//! XEP-0115: what the stream features say is the hash of what discovery answers, for each host its own.

use parlour_domain::options::ContactOptions;
use parlour_domain::{HostName, HostOptions, HostPolicy, Role};
use parlour_testkit::{Server, Setup};
use parlour_xmpp::ns;
use parlour_xmpp::payload::disco::{Caps, DiscoInfo};

async fn info(client: &mut parlour_testkit::Client, node: Option<&str>) -> Result<DiscoInfo, String> {
    let node = node.map(|node| format!(" node='{node}'")).unwrap_or_default();
    let to = client.domain.clone();
    client.send(format!("<iq type='get' id='i' to='{to}'><query xmlns='{}'{node}/></iq>", ns::DISCO_INFO)).await;
    let answer = client.element().await.expect("an answer");
    let query = answer.child_named(ns::DISCO_INFO, "query").filter(|_| answer.attr_value("type") == Some("result"));
    Ok(DiscoInfo::read(query.ok_or_else(|| answer.to_string())?).expect("well-formed"))
}

#[tokio::test]
async fn capabilities_are_the_hash_of_the_answer() {
    let mut setup = Setup::default();
    let contact = ContactOptions { abuse: vec!["mailto:abuse@example.test".to_owned()], ..Default::default() };
    setup.hosts = vec![
        ("example.test".to_owned(), HostOptions { contact, ..HostOptions::default() }),
        ("other.test".to_owned(), HostOptions::default()),
    ];
    let server = Server::start(setup).await.expect("started");
    let mut vers = Vec::new();
    for host in ["example.test", "other.test"] {
        let jid = format!("anna@{host}");
        server.account(&jid, Role::Member).await.expect("made");
        let mut client = server.bound(&format!("{jid}/a")).await;
        let features = client.features.clone().expect("features");
        let caps = Caps::read(features.child_named(ns::CAPS, "c").expect("capabilities")).expect("well-formed");
        assert_eq!((caps.node.as_str(), caps.hash.as_str()), ("parlour", "sha-1"));
        let node = format!("parlour#{}", caps.ver);
        let (plain, named) = (info(&mut client, None).await, info(&mut client, Some(&node)).await);
        let (plain, named) = (plain.expect("answered"), named.expect("answered"));
        assert_eq!(plain.ver(), Some(caps.ver.clone()));
        assert_eq!(named, DiscoInfo { node: Some(node), ..plain });
        let refused = info(&mut client, Some("parlour#another")).await.expect_err("not ours");
        assert!(refused.contains("item-not-found"), "{refused}");
        vers.push(caps.ver);
    }
    assert_ne!(vers.first(), vers.last(), "one has contact addresses");

    // The operator says another address: whoever signs in from then on hears another hash, of another answer.
    let locals = &server.engine.locals;
    let mut policy = HostPolicy::clone(&locals.policy("other.test").expect("a host"));
    policy.contact = ContactOptions { abuse: vec!["mailto:other@example.test".to_owned()], ..Default::default() };
    locals.set([(HostName::parse("other.test").expect("a domain"), policy)]);
    let mut client = server.bound("anna@other.test/b").await;
    let features = client.features.clone().expect("features");
    let caps = Caps::read(features.child_named(ns::CAPS, "c").expect("capabilities")).expect("well-formed");
    assert!(!vers.contains(&caps.ver));
    assert_eq!(info(&mut client, None).await.expect("answered").ver(), Some(caps.ver));
}
