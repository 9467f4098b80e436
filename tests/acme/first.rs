//! The first certificate of a host, by either way, and who it is for.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use parlour_net::{AcmeOptions, Challenge};
use parlour_testkit::{AcmeDirectory, Browser, Doors, PATIENCE, client_config};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{HOST, World, is_signed_by, only, time_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_certificate_by_http_01() {
    let world = World::with(only(Challenge::Http01)).await;
    world.directory.look_at(Doors { http: Some(world.server.ports.web), tls: None });
    assert!(!world.is_certified().await);
    assert!(world.acme.want(HOST, &["web.example.test"]).is_none());
    let standing = world.until_good(HOST).await;
    assert_eq!(world.directory.signed(), [[HOST, "web.example.test"]]);
    assert_eq!((standing.way, standing.failures), (Some(Challenge::Http01), 0));
    assert_eq!(standing.until, world.now() + 90 * 24 * 3600);
    assert!(world.is_certified().await);
    // Nothing is shown any more, and never was what nobody asked for.
    let page =
        Browser::new(world.server.ports.web_tls, HOST).get("/.well-known/acme-challenge/abc").await.expect("a page");
    assert_eq!(page.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_certificate_by_tls_alpn_01_at_any_door_with_tls() {
    for web in [true, false] {
        let world = World::with(only(Challenge::TlsAlpn01)).await;
        let ports = world.server.ports;
        let door = if web { ports.web_tls } else { ports.c2s_tls };
        world.directory.look_at(Doors { http: None, tls: Some(door) });
        world.acme.want(HOST, &[]);
        let standing = world.until_good(HOST).await;
        assert_eq!(standing.way, Some(Challenge::TlsAlpn01));
        assert!(world.is_certified().await);
        // What an authority is shown is no handshake that failed.
        assert_eq!(world.server.listeners.tls_failed.load(std::sync::atomic::Ordering::Relaxed), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_one_way_is_closed_the_other_is_tried_and_kept_to() {
    let world = World::new().await;
    world.directory.look_at(Doors { http: None, tls: Some(world.server.ports.web_tls) });
    world.acme.want(HOST, &[]);
    let standing = world.until_good(HOST).await;
    assert_eq!((standing.way, world.directory.orders()), (Some(Challenge::TlsAlpn01), 2));
    // The next time it begins with what worked.
    world.pass(70 * super::DAY);
    world.until("renewed", HOST, |standing| standing.since == world.now()).await;
    assert_eq!(world.directory.orders(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_cannot_be_proved_is_left_out_and_told() {
    let world = World::new().await;
    world.directory.mood(|mood| mood.caa = vec!["old.example".into()]);
    world.acme.want(HOST, &["old.example", "web.example.test", "10.0.0.1", "box"]);
    let standing = world.until_good(HOST).await;
    assert_eq!(world.directory.signed(), [[HOST, "web.example.test"]]);
    assert_eq!(standing.without, ["old.example"]);
    // The host's own is not left out, and then there is none.
    world.directory.mood(|mood| mood.caa = vec!["second.example".into()]);
    world.acme.want("second.example", &["alias.example"]);
    let error = world.until_failed("second.example").await;
    assert!(error.contains("CAA record") && error.contains("second.example"), "{error}");
    assert_eq!(world.directory.signed().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_without_a_public_name_are_nobodys_business() {
    let world = World::new().await;
    for host in ["localhost", "192.168.1.5", "box.local"] {
        assert!(world.acme.want(host, &["web.example.test"]).is_none());
        assert!(world.acme.standing(host).is_none(), "{host}");
    }
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    assert_eq!(world.directory.orders(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_international_name_is_ordered_and_served_as_its_a_label() {
    let world = World::new().await;
    world.acme.want("bücher.example", &["läden.bücher.example", "shop.example"]);
    let standing = world.until_good("bücher.example").await;
    let names = ["xn--bcher-kva.example", "xn--lden-loa.xn--bcher-kva.example", "shop.example"];
    assert_eq!(standing.names, names);
    assert_eq!(world.directory.signed(), [names]);
    // Apps ask for the one, streams name the other.
    for name in ["bücher.example", "xn--bcher-kva.example"] {
        let served = world.server.tls.certificate(name).expect(name);
        assert!(is_signed_by(served.leaf(), &world.directory.root()), "{name}");
    }
    let again = world.acme.want("bücher.example", &["läden.bücher.example", "shop.example"]);
    assert!(again.is_some_and(|kept| kept.covers(&names.map(String::from))), "it is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_01_is_answered_for_any_name_and_before_all_else() {
    let world = World::with(only(Challenge::Http01)).await;
    // No host of this server has the name yet: it is entered, and answered all the same.
    world.acme.want("new.example", &[]);
    world.until_good("new.example").await;
    let mut socket = TcpStream::connect(world.server.ports.web).await.expect("connected");
    let request =
        "GET /.well-known/acme-challenge/../../x HTTP/1.1\r\nHost: nobody.example\r\nConnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).await.expect("written");
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, socket.read_to_string(&mut answer)).await.expect("in time").expect("read");
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_23_who_asks_as_an_authority_sees_no_hosts_certificate() {
    let world = World::new().await;
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    for name in [HOST, "other.example"] {
        for door in [world.server.ports.c2s_tls, world.server.ports.web_tls] {
            let socket = TcpStream::connect(door).await.expect("connected");
            let connector = TlsConnector::from(Arc::new(client_config(&["acme-tls/1"])));
            let name = ServerName::try_from(name).expect("a name");
            assert!(connector.connect(name, socket).await.is_err(), "nothing is open for it");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_by_tls_is_believed_by_its_root_alone() {
    let mut world = World::new().await;
    let time = time_of(&world.server.clock);
    let directory = AcmeDirectory::start_tls(move || time()).await;
    directory.look_at(Doors { http: Some(world.server.ports.web), tls: None });
    world.change(|options| options.directory = directory.url());
    world.acme.want(HOST, &[]);
    let error = world.until_failed(HOST).await;
    assert!(error.contains("not to be trusted") && error.contains("`ca`"), "{error}");
    let root = world.dir.path().join("root.pem");
    std::fs::write(&root, "nothing").expect("written");
    world.change(|options| options.ca = Some(root.clone()));
    world.until("another error", HOST, |standing| standing.error.as_ref().is_some_and(|e| e.contains("`ca`: "))).await;
    std::fs::write(&root, directory.root()).expect("written");
    // The system's clock is the client's here: a certificate of 2027 is not good before.
    world.change(|_| {});
    let error = world.until("an attempt", HOST, |standing| standing.failures != 2).await;
    assert!(error.failures == 0 || error.error.is_some_and(|e| e.contains("not to be trusted")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_account_is_kept_changed_and_made_again() {
    let mut world = World::with(|options| options.contact = vec!["mailto:a@example.org".into()]).await;
    world.acme.want(HOST, &[]);
    world.until_good(HOST).await;
    world.restart();
    assert!(world.acme.want(HOST, &[]).is_some(), "it is kept");
    world.change(|options| options.contact = vec!["mailto:b@example.org".into()]);
    world.acme.want("second.example", &[]);
    world.until_good("second.example").await;
    assert_eq!(world.directory.accounts(), [["mailto:b@example.org"]]);
    // The authority has forgotten everybody.
    world.directory.forget_accounts();
    world.acme.want("third.example", &[]);
    world.until_good("third.example").await;
    assert_eq!(world.directory.accounts().len(), 2);
    for path in ["accounts", "hosts"].map(|folder| world.dir.path().join(folder)) {
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o700);
        for file in std::fs::read_dir(&path).expect("a folder") {
            let file = file.expect("a file");
            assert_eq!(file.metadata().expect("there").permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_knows_its_customers_is_shown_the_key() {
    let mut world = World::new().await;
    world.directory.mood(|mood| mood.customer = Some(("kid-1".into(), b"a secret of 32 bytes, more or less".to_vec())));
    world.acme.want(HOST, &[]);
    let error = world.until_failed(HOST).await;
    assert!(error.contains("eab_kid"), "{error}");
    let file = world.dir.path().join("eab");
    let with = |options: &mut AcmeOptions| {
        options.eab_kid = Some("kid-1".into());
        options.eab_hmac_key_file = Some(file.clone());
    };
    std::fs::write(&file, "%%%").expect("written");
    world.change(with);
    world.until("no key", HOST, |standing| standing.error.as_ref().is_some_and(|e| e.contains("base64url"))).await;
    std::fs::write(&file, "YSBzZWNyZXQgb2YgMzIgYnl0ZXMsIG1vcmUgb3IgbGVzcw\n").expect("written");
    world.change(|_| {});
    world.until_good(HOST).await;
}
