//! What an attacker would try, by number.

use super::*;

#[test]
fn attack_25_an_authzid_may_only_repeat_the_account() {
    let mechanisms = [Mechanism::ScramSha1, Mechanism::Plain];
    let offer = offer(&mechanisms, no_bindings());
    let cases = [
        ("", true),
        ("user@chat.example", true),
        ("admin@chat.example", false),
        ("user@other.example", false),
        ("User@chat.example", false),
        ("user@CHAT.example", false),
        ("\u{ff55}ser@chat.example", false),
        ("user@chat.example/phone", false),
        ("user", false),
        ("chat.example", false),
        ("user@chat.example@x", false),
    ];
    for (authzid, fine) in cases {
        let expected = if fine { Ok("user".to_owned()) } else { Err(SaslError::ForeignAuthzid) };
        let plain = PlainLogin::read(format!("{authzid}\0User\0pencil").as_bytes(), &offer);
        assert_eq!(plain.map(|login| login.username().as_str().to_owned()), expected, "PLAIN {authzid}");
        let header = if authzid.is_empty() { "n,,".to_owned() } else { format!("n,a={authzid},") };
        assert_eq!(first(Mechanism::ScramSha1, &format!("{header}n=User,r=x"), &offer), expected, "SCRAM {authzid}");
    }
    assert_eq!(SaslError::ForeignAuthzid.condition(), SaslCondition::InvalidAuthzid);
}

#[test]
fn attack_26_only_what_was_offered_is_spoken() {
    for name in ["ANONYMOUS", "DIGEST-MD5", "EXTERNAL", "scram-sha-1", "", "PLAIN ", "SCRAM-SHA-512"] {
        assert_eq!(Mechanism::from_name(name), None, "{name}");
    }
    let offer = offer(SHA1, no_bindings());
    assert_eq!(first(Mechanism::ScramSha256, "n,,n=user,r=x", &offer), Err(SaslError::NotOffered));
    assert_eq!(PlainLogin::read(b"\0user\0pencil", &offer).unwrap_err(), SaslError::NotOffered);
    assert_eq!(
        first(Mechanism::Plain, "n,,n=user,r=x", &self::offer(&[Mechanism::Plain], no_bindings())),
        Err(SaslError::NotOffered)
    );
    assert_eq!(SaslError::NotOffered.condition(), SaslCondition::InvalidMechanism);
}

#[test]
fn attack_27_first_messages_that_fail() {
    let offer = offer(SHA1, no_bindings());
    for (message, part) in [
        ("", "gs2-header"),
        ("n", "gs2-header"),
        ("n,", "gs2-header"),
        ("n,,", "username"),
        ("n,,n=user", "nonce"),
        ("n,,n=user,r=", "nonce"),
        ("n,,n=user,r=a b", "nonce"),
        ("n,,n=user,r=\u{e9}", "nonce"),
        ("n,,n=user,r=a,b", "extension"),
        ("n,,n=user,r=a,", "extension"),
        ("n,,n=user,r=a,r=b", "extension"),
        ("n,,n=user,r=a,n=admin", "extension"),
        ("n,,n=user,r=a,x", "extension"),
        ("n,,n=user,r=a,x=", "extension"),
        ("n,,n=user,r=a,1=y", "extension"),
        ("n,,r=a,n=user", "username"),
        ("n,,n=,r=a", "saslname"),
        ("n,,n=a=b,r=a", "saslname"),
        ("n,,n=a=2c,r=a", "saslname"),
        ("n,user@chat.example,n=user,r=a", "authzid"),
        ("n,a=,n=user,r=a", "saslname"),
        ("x,,n=user,r=a", "gs2-cbind-flag"),
        ("N,,n=user,r=a", "gs2-cbind-flag"),
        ("n,,n=us\0er,r=a", "message"),
    ] {
        assert_eq!(
            first(Mechanism::ScramSha1, message, &offer),
            Err(SaslError::Malformed { what: part }),
            "{message:?}"
        );
    }
    for message in ["n,,m=x,n=user,r=a", "n,,n=user,r=a,m=x"] {
        assert_eq!(first(Mechanism::ScramSha1, message, &offer), Err(SaslError::MandatoryExtension));
    }
    assert_eq!(
        Scram::first(Mechanism::ScramSha1, b"n,,n=\xff,r=a", &offer).unwrap_err(),
        SaslError::Malformed { what: "message" }
    );
    let long = format!("n,,n=user,r={}", "x".repeat(257));
    assert_eq!(first(Mechanism::ScramSha1, &long, &offer), Err(SaslError::Malformed { what: "nonce" }));
    assert_eq!(first(Mechanism::ScramSha1, "n,,n=a@b,r=a", &offer), Err(SaslError::BadUsername));
    assert_eq!(first(Mechanism::ScramSha1, "n,,n=a=2Cb=3D,r=a,x=ignored", &offer).unwrap(), "a,b=");
}

#[test]
fn attack_27_final_messages_that_fail() {
    let offer = offer(SHA1, no_bindings());
    let bare = "n=user,r=clientnonce";
    let start = || {
        let started = Scram::first(Mechanism::ScramSha1, format!("n,,{bare}").as_bytes(), &offer).unwrap();
        started.challenge(&keys(Hash::Sha1), &[7; 18])
    };
    let (server_first, _) = start();
    let honest = |extra: &str| client_final(Hash::Sha1, bare, &server_first, b"n,,", b"pencil", extra);
    assert!(start().1.finish(honest("").as_bytes()).is_ok());
    assert!(start().1.finish(honest(",x=ignored,y=too").as_bytes()).is_ok());

    let good = honest("");
    let (unproven, proof) = good.rsplit_once(",p=").unwrap();
    let nonce = unproven.split_once(",r=").unwrap().1;
    let malformed = |what| SaslError::Malformed { what };
    let cases = [
        (String::new(), malformed("proof")),
        (unproven.to_owned(), malformed("proof")),
        (format!("{unproven},p="), malformed("proof")),
        (format!("{unproven},p=!!!!"), malformed("proof")),
        (format!("{unproven},p=AAAA"), malformed("proof")),
        (format!("{good},x=after"), malformed("proof")),
        (format!("c=,r={nonce},p={proof}"), SaslError::BindingMismatch),
        (format!("c=eSws,r={nonce},p={proof}"), SaslError::BindingMismatch),
        (format!("c=biws\n,r={nonce},p={proof}"), malformed("channel-binding")),
        (format!("r={nonce},c=biws,p={proof}"), malformed("channel-binding")),
        (format!("c=biws,r=,p={proof}"), SaslError::WrongNonce),
        (format!("c=biws,r=clientnonce,p={proof}"), SaslError::WrongNonce),
        (format!("c=biws,r={nonce}x,p={proof}"), SaslError::WrongNonce),
        (format!("c=biws,p={proof}"), malformed("nonce")),
        (format!("c=biws,r={nonce},x=unsigned,p={proof}"), SaslError::WrongProof),
        (honest(",m=x"), SaslError::MandatoryExtension),
        (honest(",c=biws"), malformed("extension")),
        (honest(",p=x"), malformed("extension")),
    ];
    for (message, error) in cases {
        assert_eq!(start().1.finish(message.as_bytes()), Err(error), "{message}");
    }
}

#[test]
fn attack_27_a_recorded_exchange_and_lowered_iterations_fail() {
    let offer = offer(SHA1, no_bindings());
    let bare = "n=user,r=clientnonce";
    let start = |dice: u8| {
        Scram::first(Mechanism::ScramSha1, format!("n,,{bare}").as_bytes(), &offer)
            .unwrap()
            .challenge(&keys(Hash::Sha1), &[dice; 18])
    };
    let (server_first, waiting) = start(1);
    let recorded = client_final(Hash::Sha1, bare, &server_first, b"n,,", b"pencil", "");
    assert!(waiting.finish(recorded.as_bytes()).is_ok());
    assert_eq!(start(2).1.finish(recorded.as_bytes()), Err(SaslError::WrongNonce));

    let (server_first, waiting) = start(3);
    let lowered = String::from_utf8(server_first).unwrap().replace("i=16", "i=1");
    let answer = client_final(Hash::Sha1, bare, lowered.as_bytes(), b"n,,", b"pencil", "");
    assert_eq!(waiting.finish(answer.as_bytes()), Err(SaslError::WrongProof));
}

#[test]
fn attack_28_an_unknown_name_has_a_stable_salt_of_its_own() {
    let fake = |name, hash| fake_keys(b"secret", "chat.example", name, hash, ITERATIONS);
    let real = derive(Hash::Sha256, b"pencil", &[0; SALT_BYTES], ITERATIONS);
    let ghost = fake("ghost", Hash::Sha256);
    assert!(ghost == fake("ghost", Hash::Sha256));
    assert_eq!((ghost.salt.len(), ghost.iterations), (real.salt.len(), real.iterations));
    assert_eq!((ghost.stored_key.len(), ghost.server_key.len()), (real.stored_key.len(), real.server_key.len()));
    assert_ne!(ghost.stored_key, ghost.server_key);
    let others = [
        fake("ghosts", Hash::Sha256),
        fake("ghost", Hash::Sha1),
        fake_keys(b"secret", "chat.examples", "ghost", Hash::Sha256, ITERATIONS),
        fake_keys(b"secret", "chat.exampleg", "host", Hash::Sha256, ITERATIONS),
        fake_keys(b"another", "chat.example", "ghost", Hash::Sha256, ITERATIONS),
    ];
    for other in others {
        assert_ne!(ghost.salt, other.salt);
    }

    // The same number of steps and the same answer as a wrong password.
    let offer = offer(SHA1, no_bindings());
    let started = Scram::first(Mechanism::ScramSha1, b"n,,n=ghost,r=x", &offer).unwrap();
    let (server_first, waiting) =
        started.challenge(&fake_keys(b"secret", "chat.example", "ghost", Hash::Sha1, 16), &[1; 18]);
    let answer = client_final(Hash::Sha1, "n=ghost,r=x", &server_first, b"n,,", b"pencil", "");
    assert_eq!(waiting.finish(answer.as_bytes()), Err(SaslError::WrongProof));
}

#[test]
fn attack_29_binding_flags_are_held_against_the_offer() {
    let bindings = bindings();
    let bound = offer(PLUS, &bindings);
    let unbound = offer(SHA1, no_bindings());
    let rest = ",,n=user,r=x";
    let judge =
        |mechanism, flag: &str, offer: &Offer<'_>| first(mechanism, &format!("{flag}{rest}"), offer).map(|_| ());
    assert_eq!(judge(Mechanism::ScramSha1, "n", &bound), Ok(()), "an app without channel binding");
    assert_eq!(judge(Mechanism::ScramSha1, "y", &bound), Err(SaslError::BindingHidden));
    assert_eq!(judge(Mechanism::ScramSha1, "y", &unbound), Ok(()));
    assert_eq!(
        judge(Mechanism::ScramSha1, "p=tls-exporter", &bound),
        Err(SaslError::Malformed { what: "gs2-cbind-flag" })
    );
    for flag in ["n", "y", "p=", "p=tls_x", "P=tls-exporter"] {
        assert_eq!(
            judge(Mechanism::ScramSha1Plus, flag, &bound),
            Err(SaslError::Malformed { what: "gs2-cbind-flag" }),
            "{flag}"
        );
    }
    for flag in ["p=tls-unique", "p=TLS-EXPORTER", "p=none"] {
        assert_eq!(judge(Mechanism::ScramSha1Plus, flag, &bound), Err(SaslError::BindingUnsupported), "{flag}");
    }
    let exporter_only = ChannelBindings { tls_exporter: Some(vec![1; 32]), tls_server_end_point: None };
    assert_eq!(
        judge(Mechanism::ScramSha1Plus, "p=tls-server-end-point", &offer(PLUS, &exporter_only)),
        Err(SaslError::BindingUnsupported)
    );
    for error in [SaslError::BindingHidden, SaslError::BindingUnsupported, SaslError::BindingMismatch] {
        assert_eq!(error.condition(), SaslCondition::NotAuthorized);
    }
}

#[test]
fn attack_30_binding_data_must_be_that_of_this_connection() {
    let bindings = bindings();
    let bound = offer(PLUS, &bindings);
    let cases: [(&str, &[u8], bool); 7] = [
        ("p=tls-exporter,,", &[1; 32], true),
        ("p=tls-server-end-point,,", &[2; 32], true),
        ("p=tls-exporter,,", &[2; 32], false),
        ("p=tls-server-end-point,,", &[1; 32], false),
        ("p=tls-exporter,,", &[1; 31], false),
        ("p=tls-exporter,,", &[1; 33], false),
        ("p=tls-exporter,,", &[], false),
    ];
    for (header, data, fine) in cases {
        let outcome = sign_in(Mechanism::ScramSha1Plus, header, data, b"pencil", &bound);
        if fine {
            assert!(outcome.is_ok(), "{header}");
        } else {
            assert_eq!(outcome, Err(SaslError::BindingMismatch), "{header} {}", data.len());
        }
    }
    // Behind a proxy nothing can be bound, so nothing is offered.
    assert!(ChannelBindings::default().types().is_empty());
    let proxied = offer(SHA1, no_bindings());
    assert_eq!(
        sign_in(Mechanism::ScramSha1Plus, "p=tls-exporter,,", &[1; 32], b"pencil", &proxied),
        Err(SaslError::NotOffered)
    );
}

#[test]
fn attack_31_a_changed_announcement_shows_as_a_wrong_proof() {
    let bindings = bindings();
    let honest = offer(PLUS, &bindings);
    let base = downgrade_hash(Hash::Sha1, &honest);
    let reversed: Vec<Mechanism> = PLUS.iter().rev().copied().collect();
    assert_eq!(base, downgrade_hash(Hash::Sha1, &offer(&reversed, &bindings)), "order does not matter");
    assert_ne!(base, downgrade_hash(Hash::Sha1, &offer(SHA1, &bindings)));
    assert_ne!(base, downgrade_hash(Hash::Sha1, &Offer { binding_types: &[BindingType::TlsServerEndPoint], ..honest }));
    assert_ne!(base, downgrade_hash(Hash::Sha1, &Offer { binding_types: &[], ..honest }));
    assert_ne!(base, downgrade_hash(Hash::Sha256, &honest));

    // Whoever strips -PLUS must also change `h`, and then the client signs another text than we do.
    let bare = "n=user,r=x";
    let started = Scram::first(Mechanism::ScramSha1, b"n,,n=user,r=x", &honest).unwrap();
    let (server_first, waiting) = started.challenge(&keys(Hash::Sha1), &[1; 18]);
    let server_first = String::from_utf8(server_first).unwrap();
    assert!(server_first.ends_with(&format!(",h={base}")));
    let forged = server_first.replace(&base, &downgrade_hash(Hash::Sha1, &offer(SHA1, no_bindings())));
    let answer = client_final(Hash::Sha1, bare, forged.as_bytes(), b"n,,", b"pencil", "");
    assert_eq!(waiting.finish(answer.as_bytes()), Err(SaslError::WrongProof));
}

#[test]
fn attack_32_a_client_that_ignores_the_hash_signs_in() {
    // `client_final` reads r, s and i, and never looks at h.
    assert!(sign_in(Mechanism::ScramSha1, "n,,", b"", b"pencil", &offer(SHA1, no_bindings())).is_ok());
    let bindings = bindings();
    assert!(sign_in(Mechanism::ScramSha1, "n,,", b"", b"pencil", &offer(PLUS, &bindings)).is_ok());
}

#[test]
fn attack_34_messages_and_encodings_that_fail() {
    let auth = |text: &str| {
        let xml = format!("<auth xmlns='{}' mechanism='SCRAM-SHA-1'>{text}</auth>", crate::ns::SASL);
        let element = crate::xml::Element::parse(xml.as_bytes(), crate::ns::SASL).unwrap();
        crate::payload::sasl::ClientSasl::read(&element).map(|_| ())
    };
    for text in ["!", "a", "ab", "abc", "YQ", "YQ=", "YR==", "YQ==YQ==", "Y Q==", "-_-_", "==", "\u{e9}"] {
        assert_eq!(auth(text), Err(SaslCondition::IncorrectEncoding), "{text:?}");
        assert!(base64::decode(text).is_none(), "{text:?} inside a message");
    }
    assert_eq!(auth(&"A".repeat(1 << 20)), Err(SaslCondition::MalformedRequest));
    assert_eq!((auth(""), auth("="), auth("biws")), (Ok(()), Ok(()), Ok(())));

    let mechanisms = [Mechanism::ScramSha1, Mechanism::Plain];
    let offer = offer(&mechanisms, no_bindings());
    let raw = vec![b'x'; MAX_MESSAGE_BYTES + 1];
    for error in
        [Scram::first(Mechanism::ScramSha1, &raw, &offer).unwrap_err(), PlainLogin::read(&raw, &offer).unwrap_err()]
    {
        assert_eq!(error, SaslError::TooLong { len: MAX_MESSAGE_BYTES + 1 });
        assert_eq!(error.condition(), SaslCondition::MalformedRequest);
    }
    assert_eq!(first(Mechanism::ScramSha1, "", &offer).unwrap_err().condition(), SaslCondition::MalformedRequest);
}

#[test]
fn attack_34_plain_messages_that_fail() {
    let mechanisms = [Mechanism::Plain];
    let offer = offer(&mechanisms, no_bindings());
    for message in [&b""[..], b"user", b"\0user", b"\0user\0", b"\0\0pencil", b"\0user\0pen\0cil", b"\0user\0\xff"] {
        let error = PlainLogin::read(message, &offer).unwrap_err();
        assert_eq!(error.condition(), SaslCondition::MalformedRequest, "{message:?}");
    }
    let login = PlainLogin::read(b"\0Juliet\0r0m30myr0m30", &offer).unwrap();
    assert_eq!((login.username().as_str(), login.prepared_password()), ("juliet", &b"r0m30myr0m30"[..]));
}

#[test]
fn attack_36_a_hopeless_password_is_refused_unhashed() {
    let mechanisms = [Mechanism::Plain];
    let offer = offer(&mechanisms, no_bindings());
    for password in ["x".repeat(129), "\u{20000}".repeat(129), "bell\u{7}".to_owned(), "\u{ad}".to_owned()] {
        let message = format!("\0user\0{password}");
        assert_eq!(PlainLogin::read(message.as_bytes(), &offer).unwrap_err(), SaslError::WrongProof);
    }
}
