//! `parlour invite …`

use clap::{Args, Subcommand, ValueEnum};

/// What makes an invite.
#[derive(Clone, Debug, Default, Args)]
pub struct InviteOptions {
    /// How long it lives: 12h, 7d, "2 weeks", 3mo.
    #[arg(long, value_name = "DURATION", alias = "ttl")]
    pub expires_after: Option<String>,
    /// A note only you and other admins see.
    #[arg(long)]
    pub note: Option<String>,
    /// The language of its page: ar, de, en, es, fr.
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// Print a QR code too.
    #[arg(long)]
    pub qr: bool,
}

/// `parlour invite …`
#[derive(Debug, Subcommand)]
pub enum InviteCommand {
    /// An invite to make an account: for any name at HOST, or for exactly NAME@HOST.
    #[command(alias = "generate", alias = "create_account", alias = "create-account")]
    Create {
        /// `host` or `name@host`.
        target: Option<String>,
        /// The new account's role: limited, member, admin or owner.
        #[arg(long, conflicts_with = "admin")]
        role: Option<String>,
        /// The same as `--role admin`.
        #[arg(long)]
        admin: bool,
        /// A group the new account joins; can be given again.
        #[arg(long = "group", short = 'g', value_name = "GROUP")]
        groups: Vec<String>,
        /// How many people may use the link; one when absent.
        #[arg(long, value_name = "N")]
        max_uses: Option<u32>,
        /// Make so many links, and print one a line; with --json one object a line.
        #[arg(long, value_name = "N", conflicts_with = "qr", value_parser = clap::value_parser!(u32).range(1..))]
        count: Option<u32>,
        /// prosodyctl's way to ask for a link for a new password.
        #[arg(long, hide = true, value_name = "USER", conflicts_with_all = ["role", "admin", "groups", "max_uses", "count"])]
        reset: Option<String>,
        /// Expiry, note, QR.
        #[command(flatten)]
        options: InviteOptions,
    },
    /// An invite that makes somebody a contact of NAME@HOST.
    #[command(alias = "create_contact", alias = "create-contact")]
    Contact {
        /// Whose contact: `name@host`.
        jid: String,
        /// The link may also make an account here.
        #[arg(long, alias = "allow_registration")]
        allow_registration: bool,
        /// How many people may make accounts by the link; one when absent.
        #[arg(long, value_name = "N", requires = "allow_registration")]
        max_uses: Option<u32>,
        /// A group the new account joins; can be given again.
        #[arg(long = "group", short = 'g', value_name = "GROUP", requires = "allow_registration")]
        groups: Vec<String>,
        /// Expiry, note, QR.
        #[command(flatten)]
        options: InviteOptions,
    },
    /// A link to set a new password for NAME@HOST (one day).
    #[command(alias = "create_reset", alias = "create-reset")]
    Reset {
        /// Whose password: `name@host`.
        jid: String,
        /// Expiry, note, QR.
        #[command(flatten)]
        options: InviteOptions,
    },
    /// List a host's invites, newest first.
    List {
        /// The host's domain; the only one when absent.
        host: Option<String>,
        /// Only those in this state.
        #[arg(long, value_enum)]
        state: Option<InviteStateArg>,
        /// Only those of this kind; links for a new password are listed by it alone.
        #[arg(long, value_enum)]
        kind: Option<InviteKindArg>,
        /// Only those of this maker: `name@host`, or `operator`.
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
        /// Only those into this group.
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
    },
    /// Show one invite: its links, what it gives, who made it, what became of it.
    Show {
        /// The host's domain.
        host: String,
        /// Its id or token.
        id: String,
    },
    /// Take invites back: those named, or all of one maker that can still be used.
    #[command(alias = "delete")]
    Revoke {
        /// The host's domain.
        host: String,
        /// Their ids or tokens.
        #[arg(value_name = "ID", required_unless_present = "by")]
        ids: Vec<String>,
        /// All that this maker has open: `name@host`, or `operator`.
        #[arg(long, value_name = "WHO", conflicts_with = "ids")]
        by: Option<String>,
    },
    /// Give an invite another end, from now on; one that has run out is good again.
    Extend {
        /// The host's domain.
        host: String,
        /// Its id or token.
        id: String,
        /// How long it lives from now: 12h, 7d, "2 weeks".
        #[arg(long, value_name = "DURATION", alias = "ttl")]
        expires_after: String,
    },
    /// Set how many people may use a link altogether; one that is full is good again.
    SetMaxUses {
        /// The host's domain.
        host: String,
        /// Its id or token.
        id: String,
        /// How many; not fewer than have used it.
        max_uses: u32,
    },
    /// Make a new link in an old one's place, with the same promise; the old one is dead then.
    #[command(alias = "resend")]
    Renew {
        /// The host's domain.
        host: String,
        /// The old one's id or token.
        id: String,
        /// Print a QR code too.
        #[arg(long)]
        qr: bool,
    },
    /// Remove expired, unused invites now instead of by the daily sweep.
    Purge {
        /// The host's domain; the only one when absent.
        host: Option<String>,
    },
}

/// An invite's kind, as a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InviteKindArg {
    /// Makes an account.
    Account,
    /// Makes an account with its maker as first contact, or the contact alone.
    AccountAndContact,
    /// Makes a contact.
    Contact,
    /// Sets a new password.
    #[value(alias = "reset")]
    PasswordReset,
}

impl InviteKindArg {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::AccountAndContact => "account-and-contact",
            Self::Contact => "contact",
            Self::PasswordReset => "password-reset",
        }
    }
}

/// An invite's state, as a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InviteStateArg {
    /// Can be used.
    Waiting,
    /// Used up by the person it was for.
    Used,
    /// Its time is over.
    Expired,
    /// Taken back.
    Withdrawn,
    /// All places of a group link are taken.
    Full,
}

impl InviteStateArg {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Full => "full",
        }
    }
}
