//! What a page costs, without a clock: which index SQLite walks, and that it sorts and scans nothing.

use std::convert::Infallible;

use parlour_domain::invite::{InviteChange, Who};
use parlour_domain::limits::DAY;
use parlour_domain::{Change, Outcome};

use super::super::testing::{jid, plan_of, store_with};
use super::super::{Sqlite, invite_facts, invites};
use super::*;
use crate::invites::InviteStore;

fn host() -> HostName {
    HostName::parse("h.example").expect("a domain")
}

#[test]
fn every_usual_list_walks_an_index_and_sorts_nothing() {
    let store = store_with(&["anna@h.example"]);
    let base = || InviteQuery::new(host());
    let anna = Some(jid("anna@h.example"));
    let state = |state| InviteQuery { state: Some(state), ..base() };
    use InviteState::{Expired, Full, Used, Waiting, Withdrawn};
    let cases = [
        (base(), "invite_listed (host=? AND rowid<?)"),
        (state(Waiting), "invite_by_fate (host=? AND fate=? AND rowid<?)"),
        (state(Used), "invite_by_fate (host=? AND fate=? AND rowid<?)"),
        (state(Full), "invite_by_fate (host=? AND fate=? AND rowid<?)"),
        (state(Expired), "invite_by_fate (host=? AND fate=? AND rowid<?)"),
        (state(Withdrawn), "invite_by_fate (host=? AND fate=? AND rowid<?)"),
        (InviteQuery { kind: Some(InviteKind::Contact), ..base() }, "invite_by_kind (host=? AND kind=? AND rowid<?)"),
        (InviteQuery { kind: Some(InviteKind::Reset), ..base() }, "invite_by_kind (host=? AND kind=? AND rowid<?)"),
        (
            InviteQuery { kind: Some(InviteKind::Contact), ..state(Used) },
            "invite_by_kind_and_fate (host=? AND kind=? AND fate=? AND rowid<?)",
        ),
        (InviteQuery { maker: anna.clone(), ..base() }, "invite_by_maker (host=? AND maker=? AND id<?)"),
        (
            InviteQuery { maker: anna, ..state(Waiting) },
            "invite_by_maker_and_fate (host=? AND maker=? AND fate=? AND rowid<?)",
        ),
        (InviteQuery { group: Some("choir".into()), ..base() }, "PRIMARY KEY (host=? AND group=? AND invite<?)"),
    ];
    for (query, index) in cases {
        for part in parts(query.state) {
            let maker = query.maker.as_ref().map(|_| 1);
            let Statement { sql, values } = statement(&query, *part, HostId(1), i64::MAX, maker);
            let plan = plan_of(&store, &sql, values);
            if *part == Part::Late {
                assert!(plan.contains("invite_by_fate_and_end (host=? AND fate=? AND expires<?)"), "{plan}");
                continue;
            }
            assert!(plan.contains(index), "{query:?}\n{plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{query:?}\n{plan}");
        }
    }
}

#[test]
fn counting_looks_at_no_row_and_what_is_due_is_found_by_its_end() {
    let store = store_with(&["anna@h.example"]);
    for (sql, index) in [
        (COUNT, "INDEX invite_by_kind_and_fate (host=? AND kind=? AND fate=?)"),
        (LATE, "INDEX invite_by_fate_and_end (host=? AND fate=? AND expires<?)"),
        (UNUSED, "INDEX invite_unused_by_end (host=? AND expires<?)"),
        (USED, "INDEX invite_used_by_end (host=? AND expires<?)"),
    ] {
        let values = vec![Value::Integer(1); if sql.contains("?3") { 3 } else { 2 }];
        let plan = plan_of(&store, sql, values);
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
    }
    // SQLite's own program for it reads no column of any row.
    let program = store.read(|tx| {
        let mut rows = tx.prepare(&format!("EXPLAIN {COUNT}"))?;
        let rows = rows.query_map(params![1, "account", "used"], |row| row.get::<_, String>("opcode"))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    });
    let program = program.wait().expect("a program");
    assert!(program.iter().any(|step| step == "AggStep" || step == "AggStep1"), "{program:?}");
    assert!(!program.iter().any(|step| step == "Column"), "{program:?}");
}

#[test]
fn the_acts_on_one_invite_find_it_and_what_limits_count_by_an_index() {
    let store = store_with(&["anna@h.example"]);
    let text = |text: &str| Value::Text(text.into());
    let resets = format!("SELECT id FROM invite WHERE {}", invites::open(invites::RESETS));
    let cases = [
        (invite_facts::OWNER_LINKS, vec![Value::Integer(1), Value::Integer(1)], "invite_by_kind (host=? AND kind=?)"),
        (
            &resets,
            vec![Value::Integer(1), Value::Null, Value::Integer(1), text("x")],
            "invite_by_name (host=? AND name=?)",
        ),
        (
            "SELECT id FROM invite WHERE host = ?1 AND public = ?2",
            vec![Value::Integer(1), text("x")],
            "(host=? AND public=?)",
        ),
        (
            "SELECT public FROM invite WHERE host = ?1 AND name = ?2 ORDER BY id",
            vec![Value::Integer(1), text("x")],
            "invite_by_name (host=? AND name=?)",
        ),
        (
            "SELECT id FROM account WHERE host = ?1 AND invite = ?2",
            vec![Value::Integer(1), text("x")],
            "account_by_invite (host=? AND invite=?)",
        ),
        (
            "SELECT id FROM invite WHERE host = ?1 AND maker = ?2 AND kind <> 'reset' AND fate = 'waiting' ORDER BY id DESC",
            vec![Value::Integer(1), Value::Integer(1)],
            "invite_by_maker_and_fate (host=? AND maker=? AND fate=?)",
        ),
    ];
    for (sql, values, index) in cases {
        let plan = plan_of(&store, sql, values);
        assert!(plan.contains(index) && !plan.contains("SCAN"), "{plan}");
    }
}

fn invite(number: u64, uses: u32) -> Invite {
    Invite {
        id: format!("{number:011}").parse().expect("an id"),
        key: 1,
        host: host(),
        kind: InviteKind::Account,
        maker: Who::Operator,
        subscribe: false,
        created: 0,
        expires: DAY,
        max_uses: 5_000,
        uses,
        opened: 0,
        name: None,
        role: None,
        groups: vec!["choir".into()],
        note: None,
        hello: None,
        lang: None,
        parent: None,
        depth: 0,
        revoked: None,
        renewed: None,
    }
}

fn issue(store: &Sqlite, invites: Vec<Invite>) {
    let changes: Vec<Change> =
        invites.into_iter().map(|invite| InviteChange::Issued { invite, by: Who::Operator }.into()).collect();
    store.act::<_, (), _>(move |_| Ok(Outcome { changes, out: () })).wait().expect("made").into_out();
}

fn rows(store: &Sqlite) -> i64 {
    let count = "SELECT (SELECT count(*) FROM invite) + (SELECT count(*) FROM invite_event)";
    store.read(move |tx| Ok(tx.query_row(count, [], |row| row.get(0))?)).wait().expect("counted")
}

/// However much there is to forget, and however long one history is.
#[test]
fn vector_82_attack_105_a_step_of_the_sweep_touches_a_bounded_number_of_rows() {
    let store = store_with(&["anna@h.example"]);
    issue(&store, (0..2_000).map(|number| invite(number, u32::from(number % 2 == 0))).collect());
    let busy = invite(0, 1).id;
    store
        .act::<_, (), _>(move |tx| {
            for at in 0..1_000 {
                tx.execute(
                    "INSERT INTO invite_event (host, invite, at, who, what) VALUES (1, ?1, ?2, 'newcomer', 'joined')",
                    params![busy.as_str(), at],
                )?;
            }
            Ok(Outcome::unchanged(()))
        })
        .wait()
        .expect("a long history");
    let (mut left, mut forgotten) = (rows(&store), 0);
    assert_eq!(left, 2 * 2_000 + 1_000);
    loop {
        let step = InviteStore::sweep(&store, host(), 2 * DAY, 2 * DAY).wait().expect("swept").into_out();
        let now = rows(&store);
        assert!(left - now <= i64::from(SWEEP_ROWS), "{} rows in one step", left - now);
        forgotten += step.invites;
        if !step.more {
            break;
        }
        assert!(now < left, "a step that says there is more got somewhere");
        left = now;
    }
    assert_eq!((forgotten, rows(&store)), (2_000, 0));
}

#[test]
fn a_step_of_noting_what_expired_is_as_short() {
    let store = store_with(&["anna@h.example"]);
    let step = u64::from(SWEEP_ROWS);
    issue(&store, (0..2 * SWEEP_ROWS + 7).map(|number| invite(number.into(), 0)).collect());
    let noted = [(); 4].map(|()| InviteStore::lapse(&store, host(), 2 * DAY).wait().expect("noted").into_out() as u64);
    assert_eq!(noted, [step, step, 7, 0]);
}

/// Whatever happens to invites between two pages.
#[test]
fn a_page_goes_on_where_the_last_one_ended() {
    let store = store_with(&["anna@h.example"]);
    issue(&store, (0..100).map(|number| invite(number, 0)).collect());
    let mut next = 1_000;
    for state in [None, Some(InviteState::Waiting)] {
        let mut query = InviteQuery { state, at: 1, limit: 7, ..InviteQuery::new(host()) };
        let mut seen = Vec::new();
        loop {
            let page = InviteStore::list(&store, query.clone()).wait().expect("a page");
            let Some(last) = page.last() else { break };
            query.after = Some(last.id);
            seen.extend(page.iter().map(|one| one.id));
            // New ones come, and the one the next page begins after changes its list.
            issue(&store, vec![invite(next, 0)]);
            next += 1;
            let (id, by) = (last.id, Who::Operator);
            let change: Change = InviteChange::Revoked { host: host(), id, by, at: 1 }.into();
            let gone = store.act::<_, (), _>(move |_| Ok(Outcome { changes: vec![change], out: () }));
            gone.wait().expect("withdrawn").into_out();
        }
        let once: std::collections::BTreeSet<_> = seen.iter().map(ToString::to_string).collect();
        assert_eq!(once.len(), seen.len(), "nothing twice");
        // 100 at first; then the 15 that came meanwhile, and without the 15 that were withdrawn.
        assert_eq!(seen.len(), 100, "{state:?}");
    }
}

#[test]
fn fault_20_invites_that_cannot_be_read_keep_no_others_from_being_forgotten() {
    let store = store_with(&["anna@h.example"]);
    issue(&store, (0..3).map(|number| invite(number, 0)).collect());
    let spoilt = store.act::<_, Infallible, _>(|tx| {
        tx.execute("UPDATE invite SET public = 'no id' WHERE public = '00000000000'", [])?;
        Ok(Outcome::unchanged(()))
    });
    spoilt.wait().expect("spoilt").into_out();
    assert_eq!(store.lapse(host(), 2 * DAY).wait().expect("lapsed").into_out(), 2);
    assert_eq!(store.lapse(host(), 2 * DAY).wait().expect("lapsed").into_out(), 0, "and that is all");
    store.sweep(host(), 2 * DAY, 2 * DAY).wait().expect("swept").into_out();
    let rest = store.read(|tx| Ok(tx.query_row("SELECT count(*) FROM invite", [], |row| row.get::<_, i64>(0))?));
    assert_eq!(rest.wait().expect("counted"), 1);
}
