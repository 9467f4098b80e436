//! Tables of who may invite, what an invite is at a moment, and what never happens.

use proptest::prelude::*;

use super::issue::{IssueAsk, IssueFacts, IssueRefusal, NameState, Recent, Wish, issue};
use super::redeem::{RedeemAsk, RedeemFacts, RedeemRefusal, Redeemed, redeem};
use super::*;
use crate::account::{Account, AccountChange, AccountOrigin, AccountState};
use crate::by::Door;
use crate::change::Change;
use crate::limits::{DAY, MAX_USES, MINUTE};

const NOW: Millis = 1_800_000_000_000;

fn host() -> HostName {
    HostName::parse("h.example").unwrap()
}

fn jid(name: &str) -> BareJid {
    BareJid::new(&format!("{name}@h.example")).unwrap()
}

fn id() -> TokenId {
    "abcdefghijk".parse().unwrap()
}

fn person(name: &str, role: Role) -> Account {
    let origin = AccountOrigin { depth: 4, root: Some(jid("root")), ..AccountOrigin::default() };
    Account { jid: jid(name), role, state: AccountState::Active, created: 0, origin }
}

fn ask(role: Role, kind: InviteKind) -> IssueAsk {
    let by = By::account(jid("anna"), role, Door::Xmpp, 1);
    IssueAsk { by, host: host(), wish: Wish::default(), kind, name: None, id: id(), key: 1, at: NOW }
}

fn facts(role: Role) -> IssueFacts {
    let anna = Some(person("anna", role));
    IssueFacts {
        actor: anna.clone(),
        maker: anna,
        target: Some(person("berta", Role::Member)),
        ..IssueFacts::default()
    }
}

fn waiting(kind: InviteKind) -> Invite {
    let asked = ask(Role::Owner, InviteKind::AccountAndContact);
    let made = issue(&facts(Role::Owner), &asked, &HostPolicy::default()).unwrap().out;
    Invite { kind, ..made }
}

#[test]
fn who_may_make_what() {
    use InviteKind::{Account, AccountAndContact, Contact, Owner, Reset};
    let open = HostPolicy::default();
    let contacts_only = HostPolicy { allow_user_invites: false, ..HostPolicy::default() };
    let admins_only = HostPolicy { allow_contact_invites: false, ..contacts_only.clone() };
    let table: [(&HostPolicy, Role, &[InviteKind]); 10] = [
        (&open, Role::Limited, &[]),
        (&open, Role::Member, &[AccountAndContact, Contact]),
        (&open, Role::Admin, &[Account, AccountAndContact, Contact, Reset]),
        (&open, Role::Owner, &[Account, AccountAndContact, Contact, Reset]),
        (&contacts_only, Role::Limited, &[]),
        (&contacts_only, Role::Member, &[Contact]),
        (&contacts_only, Role::Admin, &[Account, AccountAndContact, Contact, Reset]),
        (&admins_only, Role::Member, &[]),
        (&admins_only, Role::Admin, &[Account, AccountAndContact, Contact, Reset]),
        (&admins_only, Role::Owner, &[Account, AccountAndContact, Contact, Reset]),
    ];
    for (policy, role, may) in table {
        for kind in [Account, AccountAndContact, Contact, Reset, Owner] {
            let outcome = issue(&facts(role), &ask(role, kind), policy);
            assert_eq!(outcome.is_ok(), may.contains(&kind), "{role:?} makes {kind:?}");
            if let Err(refusal) = outcome {
                assert_eq!(refusal, IssueRefusal::NotAllowed, "{role:?} makes {kind:?}");
            }
        }
    }
}

#[test]
fn vector_14_names_taken_alike_and_promised() {
    let rules = crate::names::NamePolicy { host: &host(), reserved: &[], allow_reserved: true };
    let name = Some(crate::names::NewName::accept("juliet", &rules).unwrap());
    let asked = IssueAsk { name, ..ask(Role::Admin, InviteKind::Account) };
    let free = NameState::default();
    for (state, expected) in [
        (free.clone(), None),
        (NameState { taken: true, ..free.clone() }, Some(IssueRefusal::NameTaken)),
        (NameState { alike: true, ..free.clone() }, Some(IssueRefusal::NameTaken)),
        (NameState { promised_by: Some(id()), ..free.clone() }, Some(IssueRefusal::NamePromised)),
    ] {
        let facts = IssueFacts { name: state, ..facts(Role::Admin) };
        assert_eq!(issue(&facts, &asked, &HostPolicy::default()).err(), expected);
    }
    let mut twice = asked;
    twice.wish.max_uses = Some(2);
    let refusal = issue(&facts(Role::Admin), &twice, &HostPolicy::default()).unwrap_err();
    assert_eq!(refusal, IssueRefusal::Uses { max: 1 }, "a promised name is one person's");
}

#[test]
fn vector_19_limits_count_what_is_open_and_what_was_made_today() {
    let recent = |hours: i64, open| Recent {
        created: NOW - hours * 60 * MINUTE,
        expires: NOW + hours * MINUTE,
        open,
        replaced: false,
    };
    let try_with = |recent: Vec<Recent>, role| {
        let facts = IssueFacts { recent, ..facts(role) };
        issue(&facts, &ask(role, InviteKind::AccountAndContact), &HostPolicy::default()).map(drop)
    };
    assert_eq!(try_with((1..5).map(|n| recent(n, true)).collect(), Role::Member), Ok(()));
    let five = || (1..6).map(|n| recent(n, true)).collect::<Vec<_>>();
    let again = Some(NOW + MINUTE + 1000);
    assert_eq!(try_with(five(), Role::Member), Err(IssueRefusal::TooManyOpen { limit: 5, again }));
    assert_eq!(try_with(five(), Role::Admin), Ok(()));
    let ten = || (1..11).map(|n| recent(n, false)).collect::<Vec<_>>();
    let again = Some(NOW + DAY - 10 * 60 * MINUTE);
    assert_eq!(try_with(ten(), Role::Member), Err(IssueRefusal::TooManyToday { limit: 10, again }));
    let yesterday = (24..34).map(|n| recent(n, false)).collect();
    assert_eq!(try_with(yesterday, Role::Member), Ok(()), "a day ago is not today");
}

#[test]
fn bounds_of_a_wish() {
    let wish = |change: fn(&mut Wish)| {
        let mut asked = ask(Role::Admin, InviteKind::Account);
        change(&mut asked.wish);
        issue(&facts(Role::Admin), &asked, &HostPolicy::default()).map(drop)
    };
    assert_eq!(wish(|w| w.max_uses = Some(MAX_USES)), Ok(()));
    for uses in [|w: &mut Wish| w.max_uses = Some(MAX_USES + 1), |w: &mut Wish| w.max_uses = Some(0)] {
        assert_eq!(wish(uses), Err(IssueRefusal::Uses { max: MAX_USES }));
    }
    for life in [|w: &mut Wish| w.expires_after = Some(0), |w: &mut Wish| w.expires_after = Some(i64::MAX)] {
        assert!(matches!(wish(life), Err(IssueRefusal::Expiry { .. })));
    }
    assert!(matches!(wish(|w| w.note = Some("n".repeat(376))), Err(IssueRefusal::TooLong { field: "note", .. })));
    assert!(matches!(wish(|w| w.groups = vec!["choir".into()]), Err(IssueRefusal::UnknownGroup { .. })));
    assert_eq!(wish(|w| w.role = Some(Role::Owner)), Err(IssueRefusal::RoleTooHigh));
}

#[test]
fn vector_81_good_to_the_end_of_its_last_second() {
    let invite = Invite { expires: NOW + 500, ..waiting(InviteKind::Account) };
    for (at, state) in
        [(NOW, InviteState::Waiting), (NOW + 999, InviteState::Waiting), (NOW + 1000, InviteState::Expired)]
    {
        assert_eq!(invite.state(at), state);
    }
}

#[test]
fn what_has_become_of_an_invite() {
    let fresh = waiting(InviteKind::Account);
    let late = fresh.expires + DAY;
    let gone = Some((Who::Operator, NOW));
    for (uses, max_uses, revoked, at, state) in [
        (0, 1, None, NOW, InviteState::Waiting),
        (1, 1, None, late, InviteState::Used),
        (1, 1, gone.clone(), late, InviteState::Used),
        (1, 3, None, NOW, InviteState::Waiting),
        (3, 3, None, NOW, InviteState::Full),
        (1, 3, gone.clone(), late, InviteState::Withdrawn),
        (1, 3, None, late, InviteState::Expired),
    ] {
        assert_eq!(Invite { uses, max_uses, revoked, ..fresh.clone() }.state(at), state);
    }
}

#[test]
fn vector_34_a_name_is_kept_a_little_longer_than_its_link() {
    let invite = Invite { name: Some("juliet".into()), ..waiting(InviteKind::Account) };
    let end = invite.expires;
    assert_eq!(invite.reserves(end + 15 * MINUTE), Some("juliet"));
    assert_eq!(invite.reserves(end + 15 * MINUTE + 1000), None);
    assert_eq!(Invite { revoked: Some((Who::Operator, NOW)), ..invite.clone() }.reserves(NOW), None);
    assert_eq!(Invite { uses: 1, ..invite.clone() }.reserves(NOW), None);
    assert_eq!(Invite { kind: InviteKind::Reset, ..invite }.reserves(NOW), None, "that account exists");
}

fn newcomer(name: &str, at: Millis) -> RedeemAsk {
    let by = By { actor: Actor::Newcomer, door: Door::Web, request: 1, address: None };
    RedeemAsk {
        by,
        host: host(),
        shown: Some(Presented { id: id(), at }),
        name: name.into(),
        keys: Vec::new(),
        announce: None,
        at,
    }
}

#[test]
fn vector_41_attack_97_role_and_place_in_the_tree() {
    use Role::{Admin, Limited, Member, Owner};
    for (granted, maker, expected) in [
        (None, Owner, Some(Member)),
        (Some(Admin), Owner, Some(Admin)),
        (Some(Admin), Admin, Some(Admin)),
        (Some(Admin), Member, Some(Member)),
        (Some(Owner), Admin, Some(Admin)),
        (Some(Limited), Member, Some(Limited)),
        (None, Limited, None),
    ] {
        let invite = Invite { role: granted, ..waiting(InviteKind::AccountAndContact) };
        let facts = RedeemFacts { invite: Some(invite), maker: Some(person("anna", maker)), ..RedeemFacts::default() };
        let got = redeem(&facts, &newcomer("juliet", NOW), &HostPolicy::default());
        let account = got.ok().map(|outcome| match outcome.out {
            Redeemed::Account { account, .. } => account,
            Redeemed::Password { .. } => panic!("no reset"),
        });
        assert_eq!(account.as_ref().map(|account| account.role), expected, "{granted:?} by {maker:?}");
        if let Some(AccountOrigin { inviter, depth, root, invite }) = account.map(|account| account.origin) {
            assert_eq!((inviter, depth, root, invite), (Some(jid("anna")), 5, Some(jid("root")), Some(id())));
        }
    }
}

#[test]
fn attack_97_groups_and_several_uses_fall_with_the_makers_role() {
    use Role::{Admin, Member, Owner};
    for (maker, uses, joins) in [
        (Owner, 0, Some(true)),
        (Admin, 0, Some(true)),
        (Admin, 3, Some(true)),
        (Member, 0, Some(false)),
        (Member, 1, None),
    ] {
        let groups = vec!["Choir".to_owned()];
        let invite = Invite { max_uses: 5, uses, groups: groups.clone(), ..waiting(InviteKind::AccountAndContact) };
        let maker_now = Some(person("anna", maker));
        let groups = groups.into_iter().map(|name| (name, false)).collect();
        let facts = RedeemFacts { invite: Some(invite.clone()), maker: maker_now, groups, ..RedeemFacts::default() };
        let got = redeem(&facts, &newcomer("juliet", NOW), &HostPolicy::default());
        let joined = |change: &Change| matches!(change, Change::Group(crate::group::GroupChange::Joined { .. }));
        let what = format!("{maker:?}, used {uses} times");
        match (got, joins) {
            (Ok(outcome), Some(joins)) => assert_eq!(outcome.changes.iter().any(joined), joins, "{what}"),
            (Err(refusal), None) => assert_eq!(refusal, RedeemRefusal::MakerGone, "{what}"),
            (got, _) => panic!("{what}: {got:?}"),
        }
    }
}

#[test]
fn vector_22_vector_23_without_an_invite() {
    let ask = RedeemAsk { shown: None, ..newcomer("juliet", NOW) };
    let closed = HostPolicy { allow_registration: false, ..HostPolicy::default() };
    let open = HostPolicy { registration_invite_only: false, ..HostPolicy::default() };
    let taken = RedeemFacts { name: NameState { taken: true, ..NameState::default() }, ..RedeemFacts::default() };
    let go = |facts: &RedeemFacts, policy: &HostPolicy| redeem(facts, &ask, policy).map(drop);
    for facts in [&RedeemFacts::default(), &taken] {
        assert_eq!(go(facts, &HostPolicy::default()), Err(RedeemRefusal::InviteOnly), "whether the name exists or not");
        assert_eq!(go(facts, &closed), Err(RedeemRefusal::Closed));
    }
    assert_eq!(go(&RedeemFacts::default(), &open), Ok(()));
    assert_eq!(go(&taken, &open), Err(RedeemRefusal::NameTaken));
}

proptest! {
    /// Whatever is true and whatever is asked: an account is made only of a use that was there, once
    /// per redemption, never above its maker, and never by somebody withdrawn.
    #[test]
    fn uses_never_exceed_the_limit(
        max_uses in 1..6_u32,
        shown in prop::collection::vec((0..3 * DAY, any::<bool>(), 0..4_u8), 1..20),
        granted in prop::option::of(0..4_usize),
        life in MINUTE..2 * DAY,
    ) {
        const ROLES: [Role; 4] = [Role::Limited, Role::Member, Role::Admin, Role::Owner];
        let mut invite = Invite {
            max_uses,
            expires: NOW + life,
            role: granted.map(|at| ROLES[at]),
            ..waiting(InviteKind::AccountAndContact)
        };
        for (n, (after, withdraw, rank)) in shown.into_iter().enumerate() {
            let rank = ROLES[usize::from(rank)];
            let facts = RedeemFacts {
                invite: Some(invite.clone()),
                maker: Some(person("anna", rank)),
                ..RedeemFacts::default()
            };
            let at = NOW + after;
            match redeem(&facts, &newcomer(&format!("guest{n}"), at), &HostPolicy::default()) {
                Ok(outcome) => {
                    prop_assert_eq!(invite.state(at), InviteState::Waiting);
                    let uses = outcome.changes.iter().filter(|change| matches!(change, Change::Invite(InviteChange::Used { .. })));
                    prop_assert_eq!(uses.count(), 1);
                    for change in &outcome.changes {
                        if let Change::Account(AccountChange::Created { account, .. }) = change {
                            prop_assert!(account.role <= rank);
                        }
                    }
                    invite.uses += 1;
                }
                Err(_) => {
                    let fallen = rank < Role::Member || (rank < Role::Admin && invite.uses > 0);
                    prop_assert!(invite.state(at) != InviteState::Waiting || fallen);
                }
            }
            prop_assert!(invite.uses <= invite.max_uses);
            if withdraw && n % 5 == 4 {
                invite.revoked = Some((Who::Operator, at));
            }
        }
    }
}
