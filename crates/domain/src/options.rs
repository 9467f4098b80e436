//! What an operator can set for a host, as written: every key optional, so that layers can be laid over
//! each other and "not set" stays different from "set to the default".
//!
//! Precedence, highest first: the file's `[[host]]` table, the host's row in the store, the file's top
//! level, what is built in. The doc comments here are the configuration reference.

mod archive;
mod push;

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::colour::Colour;
use crate::host::HostPolicy;

pub use archive::{ArchiveOptions, ArchivePolicy, Retention};
pub use push::PushOptions;

/// A span of time in milliseconds, written as `"12h"`, `"7d"`, `"2 weeks"`, or a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub i64);

impl Span {
    /// Reads a span as people and Prosody write it. `None` where it cannot be read, is not a whole number of seconds (it
    /// could not be written again), is not positive or is longer than a hundred years. A month is 30 days and a year 365.
    pub fn parse(text: &str) -> Option<Self> {
        const SECOND: i64 = 1000;
        const DAY: i64 = 24 * 60 * 60 * SECOND;
        let text = text.trim().to_lowercase();
        // COMPAT prosodyctl: a month may be "mon".
        let text = text.strip_suffix("mon").map_or_else(|| text.clone(), |number| format!("{number}mo"));
        let millis = if let Ok(seconds) = text.parse::<i64>() {
            seconds.checked_mul(SECOND)?
        } else {
            let span: jiff::Span = text.parse().ok()?;
            let days = i64::from(span.get_days())
                .checked_add(i64::from(span.get_weeks()).checked_mul(7)?)?
                .checked_add(i64::from(span.get_months()).checked_mul(30)?)?
                .checked_add(i64::from(span.get_years()).checked_mul(365)?)?;
            let clock =
                span.weeks(0).days(0).months(0).years(0).to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
            days.checked_mul(DAY)?.checked_add(i64::try_from(clock.as_millis()).ok()?)?
        };
        (millis % SECOND == 0 && (SECOND..=36_500 * DAY).contains(&millis)).then_some(Self(millis))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        match seconds {
            s if s % 86_400 == 0 => write!(f, "{}d", s / 86_400),
            s if s % 3_600 == 0 => write!(f, "{}h", s / 3_600),
            s if s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    // A visitor and not an untagged enum, so that an error keeps its place in the file.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct SpanVisitor;
        impl Visitor<'_> for SpanVisitor {
            type Value = Span;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a span of time such as \"12h\" or \"7d\", or a number of seconds")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
                Span::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Span, E> {
                seconds
                    .checked_mul(1000)
                    .and_then(|_| Span::parse(&seconds.to_string()))
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(seconds), &self))
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Span, E> {
                i64::try_from(seconds)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(seconds), &self))
                    .and_then(|s| self.visit_i64(s))
            }
        }
        from.deserialize_any(SpanVisitor)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time such as \"12h\" or \"7d\", or a number of seconds.",
            "type": ["string", "integer"]
        })
    }
}

impl JsonSchema for Colour {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Colour".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A colour, as \"#7a2e8e\".", "type": "string", "pattern": "^#[0-9a-fA-F]{6}$" })
    }
}

/// Who may invite, and how long an invite lives (`[invites]`, `[host.invites]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InviteOptions {
    /// New accounts can be made, in an app or in the browser. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_registration: Option<bool>,
    /// Making an account needs an invite. `false` opens the host to everybody. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_invite_only: Option<bool>,
    /// Members' invites may make accounts; `false`: only contacts. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_user_invites: Option<bool>,
    /// Members may invite contacts; `false`: only admins invite. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_contact_invites: Option<bool>,
    /// How long an invite lives. Default: `"7d"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite_expiry: Option<Span>,
    /// How long a link for a new password lives. Default: `"24h"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_expiry: Option<Span>,
    /// Open invites a member may have at a time; admins are exempt. Default: `5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_open_invites: Option<u32>,
    /// Invites a member may make within 24 hours; admins are exempt. Default: `10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_invites_per_day: Option<u32>,
    /// How long a used invite is kept past its expiry, to say who let whom in; an unused one is kept at most 30 days.
    /// Default: `"365d"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite_retention: Option<Span>,
    /// Whoever invited somebody gets a message from the host once they joined; not for invitations that serve more than
    /// 20. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announce_joined: Option<bool>,
    /// An invitation may travel through an app store (Google Play's referrer, Apple's banner), so that it is still
    /// there once the app is installed; the store then sees the link. `false`: no page hands it over. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carry: Option<bool>,
}

/// Accounts and signing in (`[accounts]`, `[host.accounts]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccountOptions {
    /// Accounts that one address (IPv6: one /64) may make at once, in apps and on the web together, before it has to
    /// wait. More where a whole school joins through one connection; `0` switches it off. Default: `30`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_throttle_max: Option<u32>,
    /// How long it takes until it may make that many again. Default: `"10m"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_throttle_period: Option<Span>,
    /// Offer SASL PLAIN, for old apps that know nothing better. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_plain: Option<bool>,
    /// How long an app that stays away may come back without its password, by the token it was given (XEP-0484); each
    /// return begins the span anew. Default: `"21d"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sasl2_fast_token_ttl: Option<Span>,
    /// Names nobody may take, beside the built-in ones (admin, postmaster, abuse, ...). Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_names: Option<Vec<String>>,
}

/// Addresses that scripts and portals written for Prosody call (`[compat]`, `[host.compat]`). All off by default: what
/// nobody calls need not be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CompatOptions {
    /// `/register_api`, as mod_invites_register_api has it: who holds a token sees what it is for, registers or resets
    /// a password with it, or turns it down. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_api: Option<bool>,
    /// `/invites_api`, as mod_invites_api has it: POST with a key makes an invite. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invites_api: Option<bool>,
    /// GET on `/invites_api` makes an invite too. Whatever looks at such an address then makes one, so only for what
    /// cannot POST. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invites_api_get: Option<bool>,
    /// `/admin_api/invites`, as mod_http_admin_api has it, with a key of ours in place of its OAuth2 token.
    /// Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_api: Option<bool>,
}

/// Whom people can reach about this host (`[contact]`, `[host.contact]`; XEP-0157). Each a list of
/// `mailto:`, `xmpp:` or `https:` addresses. Default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactOptions {
    /// For reports of abuse.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub abuse: Vec<String>,
    /// For anything about running the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin: Vec<String>,
    /// For thanks and complaints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<String>,
    /// For buying something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sales: Vec<String>,
    /// For security findings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<String>,
    /// For help; shown on pages where a link is dead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub support: Vec<String>,
}

/// How a host looks to its guests (`[brand]`, `[host.brand]`). The name is `site_name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BrandOptions {
    /// One sentence about the place, shown below its name. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// Its colour: `"#7a2e8e"`. Made darker or lighter where text in it could not be read. Default: a blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// Its picture: the name of an SVG, PNG or WebP file of at most 12 KB in `brand` below the data directory.
    /// Default: the first letter of its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The terms of use, a web address. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// What happens to people's data, a web address. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<String>,
    /// The languages its pages come in, the first being the one for who reads none of them: `["de", "en"]`.
    /// Default: all there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// The line about the program at the foot of each page. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub powered_by: Option<bool>,
    /// The card that chat apps show for a link to one person says who invites. Everybody in that chat sees it. A link
    /// for several people never says so. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inviter_in_card: Option<bool>,
    /// The page of a link for several people says how many are here already. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_members: Option<bool>,
}

/// Which apps a host's pages recommend, by the ids in the list of apps (`[apps]`, `[host.apps]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AppOptions {
    /// Only these. Default: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<Vec<String>>,
    /// All but these. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide: Option<Vec<String>>,
    /// These before the others, in this order. Default: the order of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Vec<String>>,
}

/// All that can be set for one host; also the shape of a host's row in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostOptions {
    /// What links are built from: `https://chat.example.org`. Default: `https://DOMAIN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Other names the web pages answer to. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<String>>,
    /// What the pages call this place. Default: the domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// Who may invite.
    pub invites: InviteOptions,
    /// Accounts and signing in.
    pub accounts: AccountOptions,
    /// What is kept of messages.
    pub archive: ArchiveOptions,
    /// Whom people can reach.
    pub contact: ContactOptions,
    /// Addresses as Prosody has them.
    pub compat: CompatOptions,
    /// How it looks.
    pub brand: BrandOptions,
    /// Which apps its pages recommend.
    pub apps: AppOptions,
    /// What push services hear.
    pub push: PushOptions,
}

impl BrandOptions {
    fn over(&self, below: &Self) -> Self {
        Self {
            sentence: self.sentence.clone().or_else(|| below.sentence.clone()),
            colour: self.colour.or(below.colour),
            logo: self.logo.clone().or_else(|| below.logo.clone()),
            terms: self.terms.clone().or_else(|| below.terms.clone()),
            privacy: self.privacy.clone().or_else(|| below.privacy.clone()),
            languages: self.languages.clone().or_else(|| below.languages.clone()),
            powered_by: self.powered_by.or(below.powered_by),
            inviter_in_card: self.inviter_in_card.or(below.inviter_in_card),
            show_members: self.show_members.or(below.show_members),
        }
    }
}

impl AppOptions {
    fn over(&self, below: &Self) -> Self {
        Self {
            show: self.show.clone().or_else(|| below.show.clone()),
            hide: self.hide.clone().or_else(|| below.hide.clone()),
            first: self.first.clone().or_else(|| below.first.clone()),
        }
    }
}

impl HostOptions {
    /// Lays `self` over `below`: what is set here wins.
    #[must_use]
    pub fn over(&self, below: &Self) -> Self {
        fn list(a: &[String], b: &[String]) -> Vec<String> {
            if a.is_empty() { b.to_vec() } else { a.to_vec() }
        }
        let (i, bi) = (&self.invites, &below.invites);
        let (c, bc) = (&self.contact, &below.contact);
        Self {
            public_url: self.public_url.clone().or_else(|| below.public_url.clone()),
            aliases: self.aliases.clone().or_else(|| below.aliases.clone()),
            site_name: self.site_name.clone().or_else(|| below.site_name.clone()),
            invites: InviteOptions {
                allow_registration: i.allow_registration.or(bi.allow_registration),
                registration_invite_only: i.registration_invite_only.or(bi.registration_invite_only),
                allow_user_invites: i.allow_user_invites.or(bi.allow_user_invites),
                allow_contact_invites: i.allow_contact_invites.or(bi.allow_contact_invites),
                invite_expiry: i.invite_expiry.or(bi.invite_expiry),
                reset_expiry: i.reset_expiry.or(bi.reset_expiry),
                max_open_invites: i.max_open_invites.or(bi.max_open_invites),
                max_invites_per_day: i.max_invites_per_day.or(bi.max_invites_per_day),
                invite_retention: i.invite_retention.or(bi.invite_retention),
                announce_joined: i.announce_joined.or(bi.announce_joined),
                carry: i.carry.or(bi.carry),
            },
            accounts: AccountOptions {
                registration_throttle_max: self
                    .accounts
                    .registration_throttle_max
                    .or(below.accounts.registration_throttle_max),
                registration_throttle_period: self
                    .accounts
                    .registration_throttle_period
                    .or(below.accounts.registration_throttle_period),
                allow_plain: self.accounts.allow_plain.or(below.accounts.allow_plain),
                sasl2_fast_token_ttl: self.accounts.sasl2_fast_token_ttl.or(below.accounts.sasl2_fast_token_ttl),
                reserved_names: self.accounts.reserved_names.clone().or_else(|| below.accounts.reserved_names.clone()),
            },
            archive: self.archive.over(&below.archive),
            contact: ContactOptions {
                abuse: list(&c.abuse, &bc.abuse),
                admin: list(&c.admin, &bc.admin),
                feedback: list(&c.feedback, &bc.feedback),
                sales: list(&c.sales, &bc.sales),
                security: list(&c.security, &bc.security),
                support: list(&c.support, &bc.support),
            },
            compat: CompatOptions {
                register_api: self.compat.register_api.or(below.compat.register_api),
                invites_api: self.compat.invites_api.or(below.compat.invites_api),
                invites_api_get: self.compat.invites_api_get.or(below.compat.invites_api_get),
                admin_api: self.compat.admin_api.or(below.compat.admin_api),
            },
            brand: self.brand.over(&below.brand),
            apps: self.apps.over(&below.apps),
            push: self.push.over(&below.push),
        }
    }

    /// These options with that part of `wish` in their place which a host's owners may set: its name and look, whom
    /// people can reach, who may invite how much, and reserved names. What concerns addresses, other programs, the
    /// load on the machine or everybody on the net (opening registration) stays the operator's.
    #[must_use]
    pub fn by_owners(&self, wish: &Self) -> Self {
        let (own, invites) = (self.clone(), wish.invites.clone());
        Self {
            site_name: wish.site_name.clone(),
            invites: InviteOptions {
                registration_invite_only: own.invites.registration_invite_only,
                invite_retention: own.invites.invite_retention,
                ..invites
            },
            accounts: AccountOptions { reserved_names: wish.accounts.reserved_names.clone(), ..own.accounts },
            contact: wish.contact.clone(),
            // A picture is a file on the machine.
            brand: BrandOptions { logo: own.brand.logo, ..wish.brand.clone() },
            apps: wish.apps.clone(),
            public_url: own.public_url,
            aliases: own.aliases,
            compat: own.compat,
            archive: own.archive,
            // What strangers read is for whoever answers for it.
            push: own.push,
        }
    }

    /// The policy of `domain` under these options, with what is built in for all that is unset.
    pub fn policy(&self, domain: &str) -> HostPolicy {
        let built_in = HostPolicy::default();
        let i = &self.invites;
        HostPolicy {
            allow_registration: i.allow_registration.unwrap_or(built_in.allow_registration),
            registration_invite_only: i.registration_invite_only.unwrap_or(built_in.registration_invite_only),
            allow_user_invites: i.allow_user_invites.unwrap_or(built_in.allow_user_invites),
            allow_contact_invites: i.allow_contact_invites.unwrap_or(built_in.allow_contact_invites),
            invite_expiry: i.invite_expiry.map_or(built_in.invite_expiry, |s| s.0),
            reset_expiry: i.reset_expiry.map_or(built_in.reset_expiry, |s| s.0),
            max_open_invites: i.max_open_invites.unwrap_or(built_in.max_open_invites),
            max_invites_per_day: i.max_invites_per_day.unwrap_or(built_in.max_invites_per_day),
            invite_retention: i.invite_retention.map_or(built_in.invite_retention, |s| s.0),
            announce_joined: i.announce_joined.unwrap_or(built_in.announce_joined),
            carry: i.carry.unwrap_or(built_in.carry),
            registration_throttle_max: self
                .accounts
                .registration_throttle_max
                .unwrap_or(built_in.registration_throttle_max),
            registration_throttle_period: self
                .accounts
                .registration_throttle_period
                .map_or(built_in.registration_throttle_period, |s| s.0),
            allow_plain: self.accounts.allow_plain.unwrap_or(built_in.allow_plain),
            token_life: self.accounts.sasl2_fast_token_ttl.map_or(built_in.token_life, |s| s.0),
            site_name: self.site_name.clone(),
            public_url: match &self.public_url {
                Some(url) => url.trim_end_matches('/').to_owned(),
                None => format!("https://{domain}"),
            },
            aliases: self.aliases.clone().unwrap_or_default(),
            reserved_names: self.accounts.reserved_names.clone().unwrap_or_default(),
            default_archive_policy: self.archive.default_archive_policy.unwrap_or_default(),
            archive_expires_after: self.archive.archive_expires_after.unwrap_or_default(),
            max_archive_query_results: self
                .archive
                .max_archive_query_results
                .unwrap_or(built_in.max_archive_query_results),
            contact: self.contact.clone(),
            register_api: self.compat.register_api.unwrap_or(built_in.register_api),
            invites_api: self.compat.invites_api.unwrap_or(built_in.invites_api),
            invites_api_get: self.compat.invites_api_get.unwrap_or(built_in.invites_api_get),
            admin_api: self.compat.admin_api.unwrap_or(built_in.admin_api),
            brand: self.brand.clone(),
            apps: self.apps.clone(),
            push_notification_with_body: self
                .push
                .push_notification_with_body
                .unwrap_or(built_in.push_notification_with_body),
            push_notification_with_sender: self
                .push
                .push_notification_with_sender
                .unwrap_or(built_in.push_notification_with_sender),
            push_notification_important_body: self.push.push_notification_important_body.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_as_people_write_them() {
        const DAY: i64 = 86_400_000;
        for (text, millis) in [
            ("7d", 7 * DAY),
            ("2 weeks", 14 * DAY),
            ("1 week", 7 * DAY),
            ("12h", DAY / 2),
            ("30 min", 1_800_000),
            ("90s", 90_000),
            ("604800", 7 * DAY),
            ("1mo", 30 * DAY),
            ("3mon", 90 * DAY),
            ("1 month", 30 * DAY),
            ("2weeks", 14 * DAY),
            ("2 days", 2 * DAY),
            ("P7D", 7 * DAY),
            ("7D", 7 * DAY),
            ("1y", 365 * DAY),
            ("1d 12h", DAY + DAY / 2),
        ] {
            assert_eq!(Span::parse(text), Some(Span(millis)), "{text}");
        }
        for text in ["", "soon", "0", "-7d", "7 fortnights", "99999999999999999999", "101y", "500ms", "1.5s"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_span_reads_back_what_it_wrote() {
        for millis in [1_000, 60_000, 3_600_000, 604_800_000, 90_061_000] {
            assert_eq!(Span::parse(&Span(millis).to_string()), Some(Span(millis)));
        }
    }

    #[test]
    fn the_upper_layer_wins_where_it_is_set() {
        let mut file = HostOptions::default();
        file.invites.allow_user_invites = Some(false);
        let mut row = HostOptions { site_name: Some("Choir".into()), ..HostOptions::default() };
        row.invites.allow_user_invites = Some(true);
        row.invites.max_open_invites = Some(2);
        let policy = file.over(&row).policy("example.org");
        assert!(!policy.allow_user_invites);
        assert_eq!(policy.max_open_invites, 2);
        assert_eq!(policy.site_name.as_deref(), Some("Choir"));
        assert_eq!(policy.max_invites_per_day, 10);
        assert_eq!(policy.public_url, "https://example.org");
    }

    #[test]
    fn owners_set_what_is_theirs_and_nothing_else() {
        let mut row = HostOptions { public_url: Some("https://a.example".into()), ..HostOptions::default() };
        row.invites.registration_invite_only = Some(true);
        row.brand.logo = Some("a.svg".into());
        row.accounts.allow_plain = Some(false);
        let mut wish = HostOptions { site_name: Some("Choir".into()), ..row.clone() };
        wish.invites.allow_user_invites = Some(false);
        wish.brand.sentence = Some("We sing.".into());
        wish.contact.support.push("choir@a.example".into());
        assert_eq!(row.by_owners(&wish), wish, "all of it is theirs");
        let others: [fn(&mut HostOptions); 10] = [
            |o| o.public_url = None,
            |o| o.aliases = Some(vec!["b.example".into()]),
            |o| o.invites.registration_invite_only = Some(false),
            |o| o.invites.invite_retention = Some(Span(1)),
            |o| o.accounts.allow_plain = Some(true),
            |o| o.accounts.registration_throttle_max = Some(0),
            |o| o.compat.invites_api = Some(true),
            |o| o.archive.archive_expires_after = Some(Retention::Forever),
            |o| o.push.push_notification_with_body = Some(true),
            |o| o.brand.logo = Some("../b.svg".into()),
        ];
        for (n, other) in others.into_iter().enumerate() {
            let mut more = wish.clone();
            other(&mut more);
            assert_ne!(more, wish);
            assert_eq!(row.by_owners(&more), wish, "{n}: left as it was");
        }
    }
}
