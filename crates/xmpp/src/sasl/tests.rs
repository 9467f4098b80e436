//! Whole exchanges: the examples of the specifications, and what holds for every mechanism.

use proptest::prelude::*;

use super::keys::{digest, hmac};
use super::*;

const SHA1: &[Mechanism] = &[Mechanism::ScramSha1];
const PLUS: &[Mechanism] = &[Mechanism::ScramSha1, Mechanism::ScramSha1Plus];

fn no_bindings() -> &'static ChannelBindings {
    static NONE: ChannelBindings = ChannelBindings { tls_exporter: None, tls_server_end_point: None };
    &NONE
}

fn bindings() -> ChannelBindings {
    ChannelBindings { tls_exporter: Some(vec![1; 32]), tls_server_end_point: Some(vec![2; 32]) }
}

fn offer<'a>(mechanisms: &'a [Mechanism], bindings: &'a ChannelBindings) -> Offer<'a> {
    const BOTH: &[BindingType] = &[BindingType::TlsServerEndPoint, BindingType::TlsExporter];
    let binding_types = if bindings.types().is_empty() { &[] } else { BOTH };
    Offer { host: "chat.example", mechanisms, binding_types, bindings }
}

fn keys(hash: Hash) -> ScramKeys {
    derive(hash, b"pencil", b"0123456789abcdef", 16)
}

/// What an honest client answers to `server_first`.
fn client_final(
    hash: Hash,
    first_bare: &str,
    server_first: &[u8],
    binding: &[u8],
    password: &[u8],
    extra: &str,
) -> String {
    let server_first = std::str::from_utf8(server_first).unwrap();
    let mut parts = server_first.split(',');
    let nonce = parts.next().unwrap().strip_prefix("r=").unwrap();
    let salt = base64::decode(parts.next().unwrap().strip_prefix("s=").unwrap()).unwrap();
    let iterations = parts.next().unwrap().strip_prefix("i=").unwrap().parse().unwrap();
    let mut salted = vec![0; hash.output_bytes()];
    match hash {
        Hash::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password, &salt, iterations, &mut salted),
        Hash::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, &salt, iterations, &mut salted),
    }
    let client_key = hmac(hash, &salted, &[b"Client Key"]);
    let without_proof = format!("c={},r={nonce}{extra}", base64::encode(binding));
    let auth_message = format!("{first_bare},{server_first},{without_proof}");
    let signature = hmac(hash, &digest(hash, &client_key), &[auth_message.as_bytes()]);
    let proof: Vec<u8> = client_key.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
    format!("{without_proof},p={}", base64::encode(&proof))
}

/// A whole exchange with an honest client that knows `password`.
fn sign_in(
    mechanism: Mechanism,
    header: &str,
    data: &[u8],
    password: &[u8],
    offer: &Offer<'_>,
) -> Result<Vec<u8>, SaslError> {
    let hash = mechanism.hash().unwrap();
    let bare = "n=user,r=clientnonce";
    let started = Scram::first(mechanism, format!("{header}{bare}").as_bytes(), offer)?;
    let (server_first, waiting) = started.challenge(&keys(hash), &[7; 18]);
    let binding = [header.as_bytes(), data].concat();
    waiting.finish(client_final(hash, bare, &server_first, &binding, password, "").as_bytes())
}

/// The outcome of a first message alone.
fn first(mechanism: Mechanism, message: &str, offer: &Offer<'_>) -> Result<String, SaslError> {
    Scram::first(mechanism, message.as_bytes(), offer).map(|started| started.username().as_str().to_owned())
}

mod attacks;

#[test]
fn example_of_rfc_5802() {
    let offer = offer(SHA1, no_bindings());
    let started = Scram::first(Mechanism::ScramSha1, b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", &offer).unwrap();
    assert_eq!(started.username().as_str(), "user");
    let keys = derive(Hash::Sha1, b"pencil", &base64::decode("QSXCR+Q6sek8bf92").unwrap(), 4096);
    let (server_first, waiting) = started.challenge_as(&keys, "3rfcNHYJY1ZVvWVs7j", "");
    assert_eq!(server_first, b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
    let last = b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
    assert_eq!(waiting.finish(last).unwrap(), b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

#[test]
fn example_of_rfc_7677() {
    let mechanisms = [Mechanism::ScramSha256];
    let offer = offer(&mechanisms, no_bindings());
    let started = Scram::first(Mechanism::ScramSha256, b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO", &offer).unwrap();
    let keys = derive(Hash::Sha256, b"pencil", &base64::decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap(), 4096);
    let (server_first, waiting) = started.challenge_as(&keys, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "");
    assert_eq!(server_first, b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    let last =
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    assert_eq!(waiting.finish(last).unwrap(), b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

#[test]
fn attack_31_example_of_xep_0474() {
    let bindings = ChannelBindings { tls_exporter: Some(b"THIS IS FAKE CB DATA".to_vec()), tls_server_end_point: None };
    let offer = offer(PLUS, &bindings);
    let hash = downgrade_hash(Hash::Sha1, &offer);
    assert_eq!(hash, "G6k/rBLDqgOhRRaCuuatSDFkJ08=");
    let first = b"p=tls-exporter,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6";
    let started = Scram::first(Mechanism::ScramSha1Plus, first, &offer).unwrap();
    let keys = derive(Hash::Sha1, b"pencil", &base64::decode("QSXCR+Q6sek8bf92").unwrap(), 4096);
    let (server_first, waiting) =
        started.challenge_as(&keys, "a09117a6-ac50-4f2f-93f1-93799c2bddf6", &format!(",h={hash}"));
    assert_eq!(
        server_first,
        b"r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08="
    );
    let last = b"c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3,p=M/SIDjT+dfcxUh89jZEypRvFxB4=";
    assert_eq!(waiting.finish(last).unwrap(), b"v=MQrMPvv7yv4x4Cq4W4Ih25EqS2c=");
}

#[test]
fn every_mechanism_signs_in_with_the_right_password_only() {
    let bindings = bindings();
    let offer = offer(&Mechanism::ALL, &bindings);
    for mechanism in Mechanism::ALL.into_iter().filter(|mechanism| mechanism.hash().is_some()) {
        let (header, data): (&str, &[u8]) =
            if mechanism.binds_channel() { ("p=tls-exporter,,", &[1; 32]) } else { ("n,,", &[]) };
        assert!(sign_in(mechanism, header, data, b"pencil", &offer).unwrap().starts_with(b"v="));
        assert_eq!(sign_in(mechanism, header, data, b"pencil ", &offer), Err(SaslError::WrongProof));
        assert_eq!(Mechanism::from_name(mechanism.name()), Some(mechanism));
    }
    let keys = keys(Hash::Sha256);
    assert!(verify_password(&keys, Hash::Sha256, b"pencil"));
    assert!(!verify_password(&keys, Hash::Sha256, b"pencils"));
    assert!(!verify_password(&keys, Hash::Sha1, b"pencil"), "keys of another hash");
}

#[test]
fn nothing_secret_is_printed() {
    let mechanisms = [Mechanism::ScramSha1, Mechanism::Plain];
    let bindings = bindings();
    let offer = offer(&mechanisms, &bindings);
    let started = Scram::first(Mechanism::ScramSha1, b"n,,n=user,r=noncence", &offer).unwrap();
    let mut printed = format!("{started:?} {:?} {bindings:?}", keys(Hash::Sha1));
    printed += &format!("{:?}", started.challenge(&keys(Hash::Sha1), &[1; 18]).1);
    printed += &format!("{:?}", PlainLogin::read(b"\0user\0pencil", &offer).unwrap());
    assert!(printed.contains("***"));
    for secret in ["pencil", "noncence", "[1, 1", "0123456789abcdef"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

proptest! {
    #[test]
    fn attack_27_no_message_panics(message in proptest::collection::vec(any::<u8>(), 0..200), text in "[npcrmxy=,a-c@A2C]{0,60}") {
        let bindings = bindings();
        let offer = offer(&Mechanism::ALL, &bindings);
        let start = || Scram::first(Mechanism::ScramSha1, b"n,,n=user,r=x", &offer).unwrap().challenge(&keys(Hash::Sha1), &[1; 18]).1;
        for bytes in [&message[..], text.as_bytes()] {
            let _ = Scram::first(Mechanism::ScramSha1Plus, bytes, &offer);
            let _ = Scram::first(Mechanism::ScramSha256, bytes, &offer);
            let _ = PlainLogin::read(bytes, &offer);
            prop_assert!(start().finish(bytes).is_err());
        }
    }

    #[test]
    fn any_password_that_both_preparations_take_signs_in(raw in "\\PC{1,20}") {
        if let Ok(prepared) = prep::new_password(&raw) {
            prop_assert_eq!(&*prep::password(&raw).unwrap(), &*prepared);
            prop_assert_eq!(&*prep::new_password(&prepared).unwrap(), &*prepared, "preparing twice changes nothing");
        }
    }
}
