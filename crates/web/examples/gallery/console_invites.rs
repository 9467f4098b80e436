//! The console's invitations in every state.

use parlour_domain::Role;
use parlour_domain::invite::{InviteKind, InviteState};
use parlour_web::pages::view::admin::*;
use parlour_web::pages::view::{Page as _, Site, Slips};

use super::super::{LINK, Sample, World};
use super::desk;

pub fn all(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let mut samples = invites(world, site);
    samples.extend(making(world, site));
    samples
}

/// A full page of invitations.
fn rows(world: &World) -> Vec<InviteRow> {
    let kinds = [InviteKind::AccountAndContact, InviteKind::Account, InviteKind::Account, InviteKind::Contact];
    let notes = ["Altos of 2026, from the notice board in the hall", "For Juliet: come and sing!", "mercutio"];
    let row = |n: u32| InviteRow {
        id: format!("b{n:010}"),
        about: (n % 4 != 3).then(|| notes[n as usize % 3].to_owned()),
        made: world.after(-5 - 20 * i64::from(n)),
        kind: kinds[n as usize % 4],
        maker: (n % 6 != 5).then(|| ("romeo".into(), "romeo".into())),
        state: if n < 8 { InviteState::Waiting } else { InviteState::ALL[n as usize % 5] },
        expires: world.after(160 - 20 * i64::from(n)),
        uses: if n == 1 { 3 } else { 0 },
        max_uses: if n % 4 == 1 { 40 } else { 1 },
        opened: n,
    };
    (0..25).map(row).collect()
}

fn invite_page<'a>(site: &'a Site<'a>, invite: &'a InviteRow, history: &'a [Event]) -> InvitePage<'a> {
    InvitePage {
        site,
        desk: desk(Section::Invites),
        invite,
        link: None,
        name: None,
        role: None,
        groups: &[],
        hello: None,
        history,
        more: false,
        renewed: None,
        said: None,
        trouble: None,
    }
}

fn invites(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let all = rows(world);
    let groups = ["Altos".to_owned(), "Committee".to_owned()];
    let list = InvitesPage {
        site,
        desk: desk(Section::Invites),
        find: InviteFind::default(),
        groups: &groups,
        invites: &all,
        first: None,
        next: Some("/admin/invites?after=x".into()),
        none_ticked: false,
    };
    let find = InviteFind { text: "tenor", state: Some(InviteState::Full), maker: "romeo", ..InviteFind::default() };
    let none = InvitesPage { find, invites: &[], next: None, none_ticked: true, ..list.clone() };
    let event = |hours, who: Option<&str>, what| Event {
        at: world.after(hours),
        who: who.map(|who| (Some(who.to_owned()), who.to_owned())),
        what,
    };
    let history = [
        event(-2, Some("juliet"), "admin-event-joined"),
        event(-4, Some("romeo"), "admin-event-uses"),
        event(-30, Some("romeo"), "admin-event-made"),
    ];
    let one = InvitePage {
        link: Some(LINK),
        role: Some(Role::Admin),
        groups: &groups,
        hello: Some("Come and sing with us!"),
        more: true,
        ..invite_page(site, &all[1], &history)
    };
    let made = InvitePage { said: Some(InviteSaid::Made), name: Some("juliet"), ..one.clone() };
    let reset = InviteRow { kind: InviteKind::Reset, about: Some("juliet".into()), ..all[0].clone() };
    let reset = InvitePage { link: Some(LINK), ..invite_page(site, &reset, &history[2..]) }.html();
    let gone = InviteRow { state: InviteState::Withdrawn, ..all[0].clone() };
    let revoked = InvitePage { said: Some(InviteSaid::Revoked), ..invite_page(site, &gone, &history[2..]) };
    let renewed = InvitePage {
        renewed: Some("b0000000009"),
        trouble: Some("admin-renewed-before"),
        ..invite_page(site, &gone, &history[2..])
    };
    let change = ChangeInvite {
        site,
        desk: desk(Section::Invites),
        invite: &all[1],
        uses: "40",
        for_several: true,
        trouble: Some("admin-no-uses"),
    };
    let ask = Ask {
        site,
        desk: desk(Section::Invites),
        title: site.lang.text("admin-several-revoke", &[("n", 3.into())]),
        lines: vec![site.lang.text("revoke-explain", &[])],
        rows: vec!["Altos of 2026".into(), "For Juliet: come and sing!".into(), "mercutio".into()],
        action: "/admin/invites/several".to_owned(),
        fields: vec![("act", "revoke".into()), ("ids", "b0000000001.b0000000002".into())],
        submit: site.lang.text("list-take-back", &[]),
        keep: site.lang.text("frame-back", &[]),
        back: "/admin/invites".into(),
        danger: true,
    };
    let mut samples = vec![
        Sample { name: "admin-invites", html: list.html() },
        Sample { name: "admin-invites-none", html: none.html() },
        Sample { name: "admin-invite", html: one.html() },
        Sample { name: "admin-invite-made", html: made.html() },
        Sample { name: "admin-invite-reset", html: reset },
        Sample { name: "admin-invite-revoked", html: revoked.html() },
        Sample { name: "admin-invite-renewed", html: renewed.html() },
        Sample { name: "admin-invite-change", html: change.html() },
        Sample { name: "admin-several", html: ask.html() },
    ];
    samples.extend(outcomes(site));
    samples
}

fn outcomes(site: &Site<'_>) -> Vec<Sample> {
    let outcome = |what: &str, done, told| Outcome { what: what.into(), path: "/admin/invites/b1".into(), done, told };
    let revoked = Outcomes {
        site,
        desk: desk(Section::Invites),
        outcomes: &[
            outcome("Altos of 2026", true, "state-withdrawn"),
            outcome("For Juliet", true, "state-withdrawn"),
            outcome("mercutio", false, "admin-not-revoked"),
        ],
        again: "b0000000001.b0000000002".into(),
        links: None,
    };
    let renewed = Outcomes {
        outcomes: &[outcome("Altos of 2026", true, "admin-renewed"), outcome("mercutio", false, "admin-name-gone")],
        again: String::new(),
        links: Some("/admin/invites/batch?ids=b0000000001".into()),
        ..revoked.clone()
    };
    vec![
        Sample { name: "admin-outcomes", html: revoked.html() },
        Sample { name: "admin-outcomes-renewed", html: renewed.html() },
    ]
}

fn making(world: &World, site: &Site<'_>) -> Vec<Sample> {
    let groups = ["Altos".to_owned(), "Committee".to_owned()];
    let form = MakePage {
        site,
        desk: desk(Section::Invites),
        typed: Typed::default(),
        groups: &groups,
        roles: &[Role::Limited, Role::Member, Role::Admin],
        accounts: true,
        trouble: None,
    };
    let typed = Typed {
        kind: "account",
        how: "many",
        number: "900",
        hello: "Welcome!",
        role: "admin",
        until: "2026-07-01",
        note: "The intake of autumn",
        lang: "de",
        groups: vec!["Altos"],
        ..Typed::default()
    };
    let wrong = MakePage { typed, trouble: Some(site.lang.text("admin-no-count", &[])), ..form.clone() };
    let closed = MakePage { accounts: false, ..form.clone() };
    let links: Vec<String> = (0..40).map(|n| format!("{}{n:02}", &LINK[..LINK.len() - 2])).collect();
    let batch = BatchPage { site, desk: desk(Section::Invites), links: &links, ids: "b0000000001.b0000000002" };
    let slip = |n: usize| Slip {
        link: links[n].clone(),
        expires: world.after(99),
        name: (n == 3).then(|| "juliet".to_owned()),
    };
    let slips: Vec<Slip> = (0..9).map(slip).collect();
    let sheet = |slips_on_page, links| SheetPage { site, links, ids: "b0000000001", slips: slips_on_page }.html();
    let line = |number, who: &str, wrong| Line {
        number,
        who: who.into(),
        username: who.to_lowercase(),
        group: "Altos".into(),
        wrong,
    };
    let lines = [line(2, "Juliet", None), line(3, "Tybalt", Some("admin-import-taken")), line(4, "Paris", None)];
    let import = ImportPage { site, desk: desk(Section::Invites), list: "", lines: &[], trouble: None };
    let list = "note,username,role,group\nJuliet,juliet,,Altos";
    let ready = ImportPage { list, lines: &lines[..1], ..import.clone() };
    let refused = ImportPage { list, lines: &lines, trouble: Some("admin-import-wrong"), ..import.clone() };
    vec![
        Sample { name: "admin-import", html: import.html() },
        Sample { name: "admin-import-ready", html: ready.html() },
        Sample { name: "admin-import-wrong", html: refused.html() },
        Sample { name: "admin-make", html: form.html() },
        Sample { name: "admin-make-wrong", html: wrong.html() },
        Sample { name: "admin-make-closed", html: closed.html() },
        Sample { name: "admin-batch", html: batch.html() },
        Sample { name: "print-batch", html: sheet(Slips::Eight, &slips) },
        Sample { name: "print-batch-many", html: sheet(Slips::Many, &slips) },
    ]
}

/// Each page that shows what people write, with `text` in every place.
#[cfg(test)]
pub fn evil(world: &World, site: &Site<'_>, text: &str) -> Vec<String> {
    let desk = Desk { section: Section::Invites, csrf: "x", name: "x" };
    let groups = [text.to_owned()];
    let maker = (text.to_owned(), text.to_owned());
    let row = InviteRow { about: Some(text.to_owned()), maker: Some(maker), ..rows(world)[0].clone() };
    let event = Event { at: world.now, who: Some((None, text.to_owned())), what: "admin-event-made" };
    let slip = Slip { link: text.to_owned(), expires: world.now, name: Some(text.to_owned()) };
    let line = Line { number: 2, who: text.to_owned(), username: text.to_owned(), group: text.to_owned(), wrong: None };
    let outcome = Outcome { what: text.to_owned(), path: "/admin".into(), done: true, told: "state-used" };
    let typed =
        Typed { number: text, name: text, until: text, note: text, hello: text, lang: text, ..Typed::default() };
    vec![
        InvitesPage {
            site,
            desk,
            find: InviteFind { text, group: text, maker: text, ..InviteFind::default() },
            groups: &groups,
            invites: std::slice::from_ref(&row),
            first: None,
            next: None,
            none_ticked: false,
        }
        .html(),
        InvitePage {
            link: Some(text),
            name: Some(text),
            groups: &groups,
            hello: Some(text),
            ..invite_page(site, &row, &[event])
        }
        .html(),
        ChangeInvite { site, desk, invite: &row, uses: text, for_several: true, trouble: None }.html(),
        Outcomes { site, desk, outcomes: &[outcome], again: text.to_owned(), links: None }.html(),
        MakePage {
            site,
            desk,
            typed,
            groups: &groups,
            roles: &[Role::Member],
            accounts: true,
            trouble: Some(text.to_owned()),
        }
        .html(),
        BatchPage { site, desk, links: &groups, ids: text }.html(),
        ImportPage { site, desk, list: text, lines: &[line], trouble: None }.html(),
        SheetPage { site, links: &[slip], ids: text, slips: Slips::Eight }.html(),
    ]
}
