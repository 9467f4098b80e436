//! What people ask for, as a story tells it: by names and by the numbers that a story gives to its invites.

use std::fmt;

use parlour_domain::account::rules::Turn;
use parlour_domain::subscription::Kind;
use parlour_domain::{InviteKind, Millis, Role};

/// A bare address.
pub type Jid = &'static str;
/// Which invite: its number in the story.
pub type Label = u32;

pub const HOUSE: &str = "house.example";
pub const OTHER: &str = "other.example";
/// Names that the house may come to have.
pub const PEOPLE: [Jid; 14] = [
    "anna@house.example",
    "ben@house.example",
    "cleo@house.example",
    "dora@house.example",
    "emil@house.example",
    "fay@house.example",
    "gus@house.example",
    "hal@house.example",
    "ida@house.example",
    "jon@house.example",
    "kim@house.example",
    "leo@house.example",
    "mia@house.example",
    "zoe@other.example",
];
/// Somebody whose roster another server keeps.
pub const FAR: Jid = "xan@far.example";
pub const PASSWORDS: [&str; 3] = ["correct horse battery", "orange piano seventeen", "quiet lantern meadow"];

/// The part before the `@`.
pub fn local(jid: Jid) -> &'static str {
    jid.split('@').next().unwrap_or(jid)
}

/// The part behind it; the whole where there is none.
pub fn domain(jid: Jid) -> &'static str {
    jid.split('@').next_back().unwrap_or(jid)
}

/// Whether the server keeps it.
pub fn is_ours(jid: Jid) -> bool {
    matches!(domain(jid), HOUSE | OTHER)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Operator,
    Person(Jid),
    Newcomer,
}

/// What an invite should be.
#[derive(Clone, Debug)]
pub struct Asked {
    pub host: &'static str,
    pub kind: InviteKind,
    pub on_behalf: Option<Jid>,
    pub subscribe: bool,
    /// Promised, or whose password.
    pub name: Option<Jid>,
    pub life: Option<Millis>,
    pub uses: u32,
    pub role: Option<Role>,
}

#[derive(Clone, Debug)]
pub enum Act {
    Create {
        jid: Jid,
        role: Role,
        password: usize,
    },
    Password {
        of: Jid,
        password: usize,
    },
    Role {
        of: Jid,
        role: Role,
    },
    Turn {
        of: Jid,
        turn: Turn,
    },
    Issue {
        label: Label,
        asked: Asked,
    },
    /// `early`: the token was presented when it was made. `jid`: who one wants to be.
    Redeem {
        label: Label,
        early: bool,
        jid: Jid,
        password: usize,
    },
    Consume {
        label: Label,
        inviter: Jid,
        contact: Jid,
    },
    Look {
        label: Label,
    },
    Revoke {
        label: Label,
    },
    Decline {
        label: Label,
        early: bool,
    },
    Extend {
        label: Label,
        life: Millis,
    },
    Uses {
        label: Label,
        uses: u32,
    },
    Renew {
        label: Label,
        new: Label,
    },
    Name {
        contact: Jid,
        name: Option<&'static str>,
        group: Option<&'static str>,
    },
    Remove {
        contact: Jid,
    },
    /// From whoever acts, or from the one who lives elsewhere.
    Stanza {
        from: Jid,
        to: Jid,
        kind: Kind,
    },
    Block {
        whom: &'static str,
    },
    Unblock {
        whom: Option<&'static str>,
    },
    RemoveAndBlock {
        contact: Jid,
    },
}

#[derive(Clone, Debug)]
pub struct Doing {
    pub by: Who,
    pub act: Act,
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// A look at an invite: as it is rendered, or that there is none.
    Seen(Option<String>),
    /// Nobody could ask: whoever should act is not there, or the story has no such invite.
    Skipped,
    /// Refused, with the name of the reason.
    No(String),
}

/// One step of a story.
#[derive(Clone, Debug)]
pub enum Step {
    /// All lanes at once, the acts of a lane one after the other.
    Together(Vec<Vec<Doing>>),
    /// Time passes.
    Pass(Millis),
    /// The server does by itself what is due.
    Tidy,
    /// The server is stopped and started.
    Restart,
    /// The server's files, as they lie there after the last answer, are started anew: what `kill -9` leaves.
    Killed,
}

impl Act {
    /// Which act, without whose and with what.
    pub fn word(&self) -> String {
        match self {
            Self::Issue { asked, .. } => format!("Issue {}", asked.kind.as_str()),
            Self::Turn { turn, .. } => format!("{turn:?}"),
            Self::Stanza { kind, .. } => kind.as_str().to_owned(),
            other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
        }
    }
}

impl Answer {
    /// Which answer.
    pub fn word(&self) -> String {
        match self {
            Self::Seen(seen) => if seen.is_some() { "Seen" } else { "Seen nothing" }.to_owned(),
            Self::No(reason) => reason.clone(),
            other => format!("{other:?}"),
        }
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.by {
            Who::Operator => write!(f, "operator: {:?}", self.act),
            Who::Person(jid) => write!(f, "{}: {:?}", local(jid), self.act),
            Who::Newcomer => write!(f, "newcomer: {:?}", self.act),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Together(lanes) => {
                for (at, lane) in lanes.iter().enumerate() {
                    for doing in lane {
                        let beside = if lanes.len() > 1 { format!("| lane {at} ") } else { String::new() };
                        writeln!(f, "  {beside}{doing}")?;
                    }
                }
                Ok(())
            }
            Self::Pass(span) => writeln!(f, "  {span} ms pass"),
            Self::Tidy => writeln!(f, "  the server tidies"),
            Self::Restart => writeln!(f, "  stopped and started"),
            Self::Killed => writeln!(f, "  killed and started"),
        }
    }
}
