//! Bounds and spans that rules and doors share, each with where it comes from.

use crate::clock::Millis;

/// One second.
pub const SECOND: Millis = 1000;
/// One minute.
pub const MINUTE: Millis = 60 * SECOND;
/// One day.
pub const DAY: Millis = 24 * 60 * MINUTE;

/// How long past its invite's expiry a promised name stays promised: as long as a form is good for.
pub const RESERVATION_GRACE: Millis = 15 * MINUTE;
/// How long an owner link is good.
pub const OWNER_EXPIRY: Millis = 30 * MINUTE;
/// The shortest life an invite can be given.
pub const MIN_EXPIRY: Millis = MINUTE;
/// The longest: there is no "never" for what makes accounts.
pub const MAX_EXPIRY: Millis = 366 * DAY;

/// The most uses one link may have: an intake of a whole school.
pub const MAX_USES: u32 = 5_000;
/// Groups one invite may name.
pub const MAX_INVITE_GROUPS: usize = 20;
/// Characters of an invite's note.
pub const MAX_NOTE_CHARS: usize = 375;
/// Characters of an invite's first message.
pub const MAX_HELLO_CHARS: usize = 280;
/// Characters of a language tag (BCP 47 tags in use are shorter).
pub const MAX_LANG_CHARS: usize = 35;
/// Characters of a group's name.
pub const MAX_GROUP_CHARS: usize = 64;

/// How long an unused dead invite can still be looked at by its maker.
pub const KEEP_UNUSED: Millis = 30 * DAY;
/// How long a used one is kept where nothing else is set, since it says who let whom in.
pub const KEEP_USED: Millis = 365 * DAY;
/// Rows one step of a sweep touches, so that no commit is long.
pub const STEP_ROWS: u32 = 200;
/// The same for forgetting invites, of which there may be a million at once. Measured (docs/performance.md): with 200,
/// others' longest waits were twenty times as long, and all together took a sixth less.
pub const SWEEP_ROWS: u32 = 50;
/// Invites one bulk act names at most.
pub const MAX_BULK: usize = 200;

/// How long a web session lives.
pub const SESSION_LIFE: Millis = 30 * DAY;
/// Characters of an API key's name.
pub const MAX_KEY_NAME_CHARS: usize = 64;
/// Living API keys of one host. A guess: one for each program, and some forgotten ones.
pub const MAX_KEYS_OF_A_HOST: u32 = 100;
/// Devices of one account that can come back without a password; the one that was away longest gives way.
pub const MAX_DEVICES: u32 = 20;
/// How old a device's token is when it gets another. A guess, Prosody's too: not at each return, and long before its end.
pub const TOKEN_ROTATION: Millis = DAY;
/// Sessions one account may have; the oldest gives way.
pub const MAX_SESSIONS: u32 = 50;
