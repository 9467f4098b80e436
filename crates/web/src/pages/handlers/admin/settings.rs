//! How a place is set up: read and changed by its owners, as far as it is theirs; the rule and the proof are the act's.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use parlour_domain::host::{HostPolicy, HostRefusal};
use parlour_domain::options::{HostOptions, Span};
use parlour_domain::{Colour, HostRow, Role};
use parlour_engine::{ActError, Committed};

use super::{Shell, query};
use crate::links::Contact;
use crate::look;
use crate::pages::handlers::{Ctx, Fields, Proof, Submitted, see_other};
use crate::pages::paths;
use crate::pages::view::admin::{Part, Section, Setting, SettingsPage, Value};
use crate::problem::Fail;

/// `GET /admin/settings`.
pub(crate) async fn page(RawQuery(raw): RawQuery, ctx: Ctx) -> Result<Response, Fail> {
    let fields = query(raw.as_deref())?;
    let facts = Facts::load(&ctx).await?;
    show(&ctx, StatusCode::OK, &facts.now, &facts, None, fields.find("saved").is_some())
}

/// `POST /admin/settings`.
pub(crate) async fn save(sent: Submitted) -> Result<Response, Fail> {
    let (ctx, fields) = (&sent.ctx, &sent.fields);
    if sent.proven("")? == Proof::Stale {
        return Ok(see_other(paths::SETTINGS));
    }
    if ctx.member()?.account.role < Role::Owner {
        return Err(Fail::NotYours);
    }
    let facts = Facts::load(ctx).await?;
    let options = match read(fields, &facts) {
        Ok(options) => options,
        Err(name) => {
            // What was typed, with the one that is wrong marked.
            return show(ctx, StatusCode::BAD_REQUEST, &facts.now, &facts, Some((fields, name)), false);
        }
    };
    match ctx.web.acts.hosts.set_options(&ctx.by()?, ctx.asked.place.host.clone(), options).await {
        Ok(done) => Ok(saved(&done)),
        Err(ActError::Refused(HostRefusal::NotAllowed | HostRefusal::OperatorsOnly)) => Err(Fail::NotYours),
        Err(ActError::Refused(refusal)) => Err(Fail::fault(refusal)),
        Err(ActError::Failed(error)) => Err(Fail::store(error)),
    }
}

fn saved(_proof: &Committed<HostRow>) -> Response {
    see_other(&paths::with(paths::SETTINGS, &[("saved", "1")]))
}

/// What is set where.
struct Facts {
    row: HostRow,
    /// What the file sets for this host.
    locked: HostOptions,
    /// What holds where the row says nothing.
    below: HostPolicy,
    /// What holds.
    now: HostPolicy,
}

impl Facts {
    async fn load(ctx: &Ctx) -> Result<Self, Fail> {
        let (hosts, host) = (&ctx.web.acts.hosts, &ctx.asked.place.host);
        let row = hosts.host(host.clone()).await.map_err(Fail::store)?.ok_or(Fail::Elsewhere)?;
        let bare = HostRow { options: HostOptions::default(), ..row.clone() };
        Ok(Self {
            locked: hosts.locked(host).unwrap_or_default(),
            below: hosts.in_force(&bare).policy(host.as_str()),
            now: hosts.in_force(&row).policy(host.as_str()),
            row,
        })
    }
}

/// The row's options with what was typed; or the name of what is wrong. What the file sets stays as it is in the row,
/// and what was left as it would be anyway is not written down.
fn read(fields: &Fields, facts: &Facts) -> Result<HostOptions, &'static str> {
    let (mut new, locked, below) = (facts.row.options.clone(), &facts.locked, &facts.below);
    let text = |name| Some(fields.get(name).trim().to_owned()).filter(|text: &String| !text.is_empty());
    let line = |name, slot: &mut Option<String>, fixed: bool, usual: &Option<String>, most: usize| {
        if !fixed {
            let typed = text(name);
            if typed.as_ref().is_some_and(|typed| typed.chars().count() > most || typed.contains(char::is_control)) {
                return Err(name);
            }
            *slot = typed.filter(|typed| usual.as_ref() != Some(typed));
        }
        Ok(())
    };
    let tick = |name, slot: &mut Option<bool>, fixed: bool, usual: bool| {
        if !fixed {
            *slot = Some(fields.find(name).is_some()).filter(|ticked| *ticked != usual);
        }
    };
    let number = |name, slot: &mut Option<u32>, fixed: bool, usual: u32| {
        if !fixed {
            let typed = fields.get(name).trim().parse::<u32>().ok().filter(|n| *n <= MOST).ok_or(name)?;
            *slot = Some(typed).filter(|typed| *typed != usual);
        }
        Ok::<(), &'static str>(())
    };
    line("site_name", &mut new.site_name, locked.site_name.is_some(), &below.site_name, NAME_CHARS)?;
    let (brand, fixed, usual) = (&mut new.brand, &locked.brand, &below.brand);
    line("sentence", &mut brand.sentence, fixed.sentence.is_some(), &usual.sentence, LINE_CHARS)?;
    line("terms", &mut brand.terms, fixed.terms.is_some(), &usual.terms, LINE_CHARS)?;
    line("privacy", &mut brand.privacy, fixed.privacy.is_some(), &usual.privacy, LINE_CHARS)?;
    tick("powered_by", &mut brand.powered_by, fixed.powered_by.is_some(), usual.powered_by.unwrap_or(true));
    tick(
        "inviter_in_card",
        &mut brand.inviter_in_card,
        fixed.inviter_in_card.is_some(),
        usual.inviter_in_card.unwrap_or(true),
    );
    if fixed.colour.is_none() {
        let typed = text("colour").map(|text| Colour::parse(&text).ok_or("colour")).transpose()?;
        brand.colour = typed.filter(|typed| usual.colour != Some(*typed));
    }
    if let Some((name, ..)) = look::fault(brand, None) {
        return Err(["sentence", "terms", "privacy"].into_iter().find(|known| *known == name).unwrap_or("sentence"));
    }
    if locked.contact.support.is_empty() {
        let typed: Vec<String> =
            fields.get("support").split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
        if typed.len() > MOST_CONTACTS || typed.iter().any(|one| Contact::parse(one).is_none()) {
            return Err("support");
        }
        // In the configuration's shape, which a mail address alone has not.
        let whole = |one: String| if one.contains(':') { one } else { format!("mailto:{one}") };
        let typed: Vec<String> = typed.into_iter().map(whole).collect();
        new.contact.support = if typed == below.contact.support { Vec::new() } else { typed };
    }
    let (invites, fixed) = (&mut new.invites, &locked.invites);
    let ticks = [
        ("allow_registration", &mut invites.allow_registration, fixed.allow_registration, below.allow_registration),
        ("allow_user_invites", &mut invites.allow_user_invites, fixed.allow_user_invites, below.allow_user_invites),
        (
            "allow_contact_invites",
            &mut invites.allow_contact_invites,
            fixed.allow_contact_invites,
            below.allow_contact_invites,
        ),
        ("carry", &mut invites.carry, fixed.carry, below.carry),
    ];
    for (name, slot, fixed, usual) in ticks {
        tick(name, slot, fixed.is_some(), usual);
    }
    let limits = (fixed.max_open_invites.is_some(), fixed.max_invites_per_day.is_some());
    number("max_open_invites", &mut invites.max_open_invites, limits.0, below.max_open_invites)?;
    number("max_invites_per_day", &mut invites.max_invites_per_day, limits.1, below.max_invites_per_day)?;
    if fixed.invite_expiry.is_none() {
        let typed =
            Span::parse(fields.get("invite_expiry")).filter(|span| span.0 <= parlour_domain::limits::MAX_EXPIRY);
        invites.invite_expiry = Some(typed.ok_or("invite_expiry")?).filter(|typed| typed.0 != below.invite_expiry);
    }
    Ok(new)
}

fn show(
    ctx: &Ctx,
    status: StatusCode,
    now: &HostPolicy,
    facts: &Facts,
    typed: Option<(&Fields, &str)>,
    saved: bool,
) -> Result<Response, Fail> {
    let shell = Shell::new(ctx)?;
    let mut parts = parts(now, &facts.locked);
    if let Some((fields, wrong)) = typed {
        for one in parts.iter_mut().flat_map(|part| &mut part.settings).filter(|one| !one.locked) {
            let text = || fields.get(one.name).to_owned();
            one.value = match &one.value {
                Value::Text(_) => Value::Text(text()),
                Value::Number(_) => Value::Number(text()),
                Value::Life(_) => Value::Life(text()),
                Value::Tick(_) => Value::Tick(fields.find(one.name).is_some()),
            };
            one.wrong = one.name == wrong;
        }
    }
    let page = SettingsPage {
        site: &shell.site,
        desk: shell.desk(Section::Settings),
        parts: &parts,
        owner: ctx.member()?.account.role >= Role::Owner,
        saved,
        wrong: typed.is_some(),
    };
    Ok(shell.send(status, &page))
}

fn parts(now: &HostPolicy, locked: &HostOptions) -> Vec<Part> {
    let one = |name, label, hint, value, locked| Setting { name, label, hint, value, locked, wrong: false };
    let text = |text: &Option<String>| Value::Text(text.clone().unwrap_or_default());
    let (brand, fixed) = (&now.brand, &locked.brand);
    let place = vec![
        one("site_name", "admin-set-name", "admin-set-name-hint", text(&now.site_name), locked.site_name.is_some()),
        one("sentence", "admin-set-sentence", "", text(&brand.sentence), fixed.sentence.is_some()),
        one(
            "colour",
            "admin-set-colour",
            "admin-set-colour-hint",
            Value::Text(brand.colour.map(|colour| colour.to_string()).unwrap_or_default()),
            fixed.colour.is_some(),
        ),
        one(
            "support",
            "admin-set-support",
            "admin-set-support-hint",
            Value::Text(now.contact.support.join(", ")),
            !locked.contact.support.is_empty(),
        ),
        one("terms", "admin-set-terms", "admin-set-web-hint", text(&brand.terms), fixed.terms.is_some()),
        one("privacy", "admin-set-privacy", "admin-set-web-hint", text(&brand.privacy), fixed.privacy.is_some()),
        one(
            "inviter_in_card",
            "admin-set-card",
            "admin-set-card-hint",
            Value::Tick(brand.inviter_in_card.unwrap_or(true)),
            fixed.inviter_in_card.is_some(),
        ),
        one(
            "powered_by",
            "admin-set-made-with",
            "",
            Value::Tick(brand.powered_by.unwrap_or(true)),
            fixed.powered_by.is_some(),
        ),
    ];
    let fixed = &locked.invites;
    let tick =
        |name, label, hint, value, fixed: Option<bool>| one(name, label, hint, Value::Tick(value), fixed.is_some());
    let number = |name, label, hint, value: u32, fixed: Option<u32>| {
        one(name, label, hint, Value::Number(value.to_string()), fixed.is_some())
    };
    let invites = vec![
        tick("allow_registration", "admin-set-accounts", "", now.allow_registration, fixed.allow_registration),
        tick("allow_user_invites", "admin-set-members", "", now.allow_user_invites, fixed.allow_user_invites),
        tick(
            "allow_contact_invites",
            "admin-set-contacts",
            "admin-set-contacts-hint",
            now.allow_contact_invites,
            fixed.allow_contact_invites,
        ),
        number(
            "max_open_invites",
            "admin-set-open",
            "admin-set-limit-hint",
            now.max_open_invites,
            fixed.max_open_invites,
        ),
        number(
            "max_invites_per_day",
            "admin-set-day",
            "admin-set-limit-hint",
            now.max_invites_per_day,
            fixed.max_invites_per_day,
        ),
        one(
            "invite_expiry",
            "admin-set-life",
            "",
            Value::Life(Span(now.invite_expiry).to_string()),
            fixed.invite_expiry.is_some(),
        ),
        tick("carry", "admin-set-carry", "admin-set-carry-hint", now.carry, fixed.carry),
    ];
    vec![Part { title: "admin-set-place", settings: place }, Part { title: "admin-set-invites", settings: invites }]
}

/// Characters of a place's name: it stands in a heading.
const NAME_CHARS: usize = 80;

/// Characters of any other line.
const LINE_CHARS: usize = 280;

/// The highest limit per member: beyond it there is none worth the name.
const MOST: u32 = 5_000;

/// Addresses for questions.
const MOST_CONTACTS: usize = 5;
