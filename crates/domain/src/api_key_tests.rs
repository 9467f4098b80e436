use super::*;
use crate::account::{AccountOrigin, AccountState};
use crate::by::Door;

fn host() -> HostName {
    HostName::parse("h.example").expect("a domain")
}

fn person(role: Role) -> Account {
    Account {
        jid: BareJid::new("alice@h.example").expect("an address"),
        role,
        state: AccountState::Active,
        created: 0,
        origin: AccountOrigin::default(),
    }
}

fn ask(by: By, role: Role) -> KeyAsk {
    let (id, _) = KeyText::new([7; KEY_RANDOM_BYTES]);
    let wish = KeyWish { name: "bot".into(), role, scopes: Scopes::everything(), expires_after: None };
    KeyAsk { by, host: Some(host()), wish, id, hash: KeyHash([1; 32]), at: 5 }
}

fn by(role: Role) -> By {
    By::account(person(role).jid, role, Door::Web, 1)
}

#[test]
fn a_key_is_one_word_that_can_be_recognised() {
    let (id, text) = KeyText::new(std::array::from_fn(|n| n as u8));
    let shown = text.expose();
    assert!(shown.starts_with("parlour") && shown.bytes().all(|b| b.is_ascii_alphanumeric()), "{shown}");
    assert_eq!(KeyText::parts(shown), Some((id, text.secret())));
    assert_eq!(text.secret().len(), KEY_SECRET_CHARS);
    for bad in ["", "parlour", &shown[1..], &shown[..49], &format!("{shown}x"), &shown.replace('0', "é")] {
        assert_eq!(KeyText::parts(bad), None, "{bad}");
    }
    assert!(!format!("{text:?} {:?}", KeyHash([9; 32])).contains(['9', 'p']));
}

#[test]
fn writing_includes_reading_of_the_same() {
    let scopes: Scopes = [Scope::InvitesWrite, Scope::GroupsRead].into_iter().collect();
    let good: Vec<_> = Scope::ALL.into_iter().filter(|scope| scopes.has(*scope)).map(Scope::as_str).collect();
    assert_eq!(good, ["invites:read", "invites:write", "groups:read"]);
    assert!(!Scopes::everything().has(Scope::Compat));
    for scope in Scope::ALL {
        assert_eq!(Scope::from_name(scope.as_str()), Some(scope));
    }
}

#[test]
fn nobody_makes_a_key_above_themselves_or_for_another_host() {
    let made = |by: By, actor: Option<&Account>, role| create(&ask(by, role), actor, 0).map(|done| done.out.role);
    assert_eq!(made(By::operator(Door::Local, 1), None, Role::Owner), Ok(Role::Owner));
    assert_eq!(made(by(Role::Admin), Some(&person(Role::Admin)), Role::Admin), Ok(Role::Admin));
    assert_eq!(made(by(Role::Admin), Some(&person(Role::Admin)), Role::Owner), Err(KeyRefusal::RoleTooHigh));
    assert_eq!(made(by(Role::Owner), Some(&person(Role::Member)), Role::Admin), Err(KeyRefusal::NotAllowed));
    assert_eq!(made(by(Role::Owner), Some(&person(Role::Owner)), Role::Member), Err(KeyRefusal::Role));
    let everywhere = KeyAsk { host: None, ..ask(by(Role::Owner), Role::Admin) };
    assert_eq!(create(&everywhere, Some(&person(Role::Owner)), 0).err(), Some(KeyRefusal::NotAllowed));
    let key = create(&ask(by(Role::Owner), Role::Owner), Some(&person(Role::Owner)), 0).expect("made").out;
    let bearer = By { actor: Actor::Key(key.bearer(Role::Owner).into()), ..By::system() };
    assert_eq!(made(bearer, Some(&person(Role::Owner)), Role::Admin), Err(KeyRefusal::NotAllowed));
    let full = create(&ask(By::system(), Role::Admin), None, MAX_KEYS_OF_A_HOST);
    assert_eq!(full.err(), Some(KeyRefusal::TooMany { max: MAX_KEYS_OF_A_HOST }));
}

#[test]
fn a_key_falls_with_whoever_made_it() {
    let key = create(&ask(by(Role::Owner), Role::Owner), Some(&person(Role::Owner)), 0).expect("made").out;
    let disabled = Account { state: AccountState::Disabled { since: 1 }, ..person(Role::Owner) };
    for (maker, role) in [
        (Some(person(Role::Owner)), Some(Role::Owner)),
        (Some(person(Role::Admin)), Some(Role::Admin)),
        (Some(person(Role::Member)), None),
        (Some(disabled), None),
        (None, None),
    ] {
        assert_eq!(key.role_now(maker.as_ref()), role, "{maker:?}");
        let bearer = key.bearer(Role::Owner);
        assert_eq!(bearer.rank_now(maker.as_ref(), &host()), role);
        assert_eq!(bearer.rank_now(maker.as_ref(), &HostName::parse("other.example").expect("a domain")), None);
    }
    let ended = ApiKey { expires: Some(10), ..key.clone() };
    assert!(ended.is_alive(9) && !ended.is_alive(10));
    let gone = revoke(&By::system(), None, &key.host, Some(key.clone()), 3).expect("withdrawn").out;
    assert!(!gone.is_alive(0));
}
