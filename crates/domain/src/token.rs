//! Invite tokens: 26 letters and digits that prove by themselves that this server made them for this host.
//!
//! Spec: XEP-0379 v0.3.3 §5.1 (80 bits that cannot be guessed), XEP-0401 v0.6.0 §5 (letters and digits).
//! A token is a random id (11 characters, 65 bits) followed by a MAC (15 characters, 89 bits) over the host and
//! that id. A guess is so refused without a look at the store, a copy of the database redeems nothing without the
//! keys, and a pending link can be shown again from its row.
//! Left out: tokens imported from other servers, which are looked up by a keyed hash and never come here.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::host::HostName;

/// Characters of a token's id.
pub const ID_CHARS: usize = 11;
/// Characters of a token's MAC.
pub const MAC_CHARS: usize = 15;
/// Characters of a whole token.
pub const TOKEN_CHARS: usize = ID_CHARS + MAC_CHARS;
/// Random bytes that [`mint`] takes; far more than the id holds, so that reducing them leaves no bias to speak of.
pub const RANDOM_BYTES: usize = 16;
/// How many keys are tried for a token; an older one is retired and its links die with it.
pub const MAX_KEYS: usize = 4;

/// The public half of a token, and the key of its row: 11 letters and digits. Not a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId([u8; ID_CHARS]);

impl TokenId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a token id holds ASCII letters and digits only")
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenId({})", self.as_str())
    }
}

/// The text is not 11 letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a token id has {ID_CHARS} letters and digits")]
pub struct BadTokenId;

impl FromStr for TokenId {
    type Err = BadTokenId;

    fn from_str(text: &str) -> Result<Self, BadTokenId> {
        let bytes: [u8; ID_CHARS] = text.as_bytes().try_into().map_err(|_| BadTokenId)?;
        if bytes.iter().all(u8::is_ascii_alphanumeric) { Ok(Self(bytes)) } else { Err(BadTokenId) }
    }
}

/// A whole token. Whoever holds it may use the invite, so it prints as `***` and is wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct InviteToken(String);

impl InviteToken {
    /// The token's text, for the link itself and for nothing else.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn join(id: TokenId, mac: &[u8; MAC_CHARS]) -> Self {
        let mut text = String::with_capacity(TOKEN_CHARS);
        text.push_str(id.as_str());
        text.extend(mac.iter().copied().map(char::from));
        Self(text)
    }
}

impl fmt::Debug for InviteToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteToken(***)")
    }
}

/// One server key. Its number is kept in the rows of the invites it made.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TokenKey {
    /// Grows with each new key; the greatest of a ring makes new tokens.
    pub id: u32,
    /// 32 bytes from the operating system's generator.
    pub secret: [u8; 32],
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey").field("id", &self.id).field("secret", &"***").finish()
    }
}

/// The keys in force, oldest first: one to [`MAX_KEYS`] of them.
#[derive(Debug, Clone)]
pub struct TokenKeys(Vec<TokenKey>);

/// A set of keys that cannot be a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenKeysError {
    /// Nothing could be made or opened.
    #[error("no token key")]
    Empty,
    /// More than are tried.
    #[error("{count} token keys, at most {MAX_KEYS} are tried")]
    TooMany {
        /// How many were given.
        count: usize,
    },
    /// Two keys share a number, so a row's key would be ambiguous.
    #[error("two token keys have the number {id}")]
    SameId {
        /// The shared number.
        id: u32,
    },
}

impl TokenKeys {
    /// Makes a ring of keys given in any order.
    ///
    /// # Errors
    /// [`TokenKeysError`] if there is none, more than [`MAX_KEYS`], or a number twice.
    pub fn new(mut keys: Vec<TokenKey>) -> Result<Self, TokenKeysError> {
        if keys.is_empty() {
            return Err(TokenKeysError::Empty);
        }
        if keys.len() > MAX_KEYS {
            return Err(TokenKeysError::TooMany { count: keys.len() });
        }
        keys.sort_by_key(|key| key.id);
        if let Some(pair) = keys.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(TokenKeysError::SameId { id: pair[0].id });
        }
        Ok(Self(keys))
    }

    /// Adds a key that makes tokens from now on; gives back the oldest one where the ring was full. Tokens of a
    /// key given back are no longer ours.
    pub fn rotate(&mut self, secret: [u8; 32]) -> Option<TokenKey> {
        let id = self.newest().id.checked_add(1).expect("fewer than four billion keys were ever made");
        let retired = (self.0.len() == MAX_KEYS).then(|| self.0.remove(0));
        self.0.push(TokenKey { id, secret });
        retired
    }

    /// The key that makes new tokens.
    pub fn newest(&self) -> &TokenKey {
        self.0.last().expect("a ring has at least one key")
    }

    /// The keys, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &TokenKey> {
        self.0.iter()
    }
}

/// The text is no token that one of these keys made for this host. There is nothing more to say: whoever sends
/// it has shown nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a token of this host")]
pub struct NotOurs;

/// Makes a token for `host` with the newest key. Keep the id and `keys.newest().id`.
pub fn mint(keys: &TokenKeys, host: &HostName, random: [u8; RANDOM_BYTES]) -> InviteToken {
    let id = TokenId(digits(u128::from_be_bytes(random)));
    InviteToken::join(id, &mac(keys.newest(), host, id))
}

/// Says which invite a token speaks of and which key made it.
///
/// Every key is tried and every MAC compared in full, whatever the outcome, so the time taken tells nothing of
/// how near a guess came.
///
/// # Errors
/// [`NotOurs`] for a text of another shape, another host or an unknown key.
pub fn open(keys: &TokenKeys, host: &HostName, text: &str) -> Result<(TokenId, u32), NotOurs> {
    let (id, shown) = text.split_at_checked(ID_CHARS).ok_or(NotOurs)?;
    let id: TokenId = id.parse().map_err(|_| NotOurs)?;
    if shown.len() != MAC_CHARS {
        return Err(NotOurs);
    }
    let mut found = subtle::Choice::from(0);
    let mut key_id = 0_u32;
    for key in &keys.0 {
        let hit = mac(key, host, id)[..].ct_eq(shown.as_bytes());
        key_id.conditional_assign(&key.id, hit);
        found |= hit;
    }
    if bool::from(found) { Ok((id, key_id)) } else { Err(NotOurs) }
}

/// Writes a token again from its row. `None` where its key has been retired.
pub fn show(keys: &TokenKeys, host: &HostName, id: TokenId, key_id: u32) -> Option<InviteToken> {
    let key = keys.0.iter().find(|key| key.id == key_id)?;
    Some(InviteToken::join(id, &mac(key, host, id)))
}

fn mac(key: &TokenKey, host: &HostName, id: TokenId) -> [u8; MAC_CHARS] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).expect("HMAC takes keys of any length");
    mac.update(LABEL);
    // The length comes first, so that no host and id can be cut elsewhere and give the same bytes.
    mac.update(&(host.as_str().len() as u64).to_be_bytes());
    mac.update(host.as_str().as_bytes());
    mac.update(&id.0);
    let full = mac.finalize().into_bytes();
    let mut head = [0; 16];
    head.copy_from_slice(&full[..16]);
    digits(u128::from_be_bytes(head))
}

/// The last `N` digits of a number in base 62. For 11 and 15 digits of 128 bits the most likely value is less
/// than 2^-38 likelier than the least likely.
pub(crate) fn digits<const N: usize>(mut number: u128) -> [u8; N] {
    let mut out = [0; N];
    for place in out.iter_mut().rev() {
        *place = digit((number % 62) as u8);
        number /= 62;
    }
    out
}

/// One base 62 digit by arithmetic, not by a table: a cache must not tell which digits a MAC has.
fn digit(value: u8) -> u8 {
    let upper = u8::conditional_select(&0, &(b'A' - b'9' - 1), u8::from(value > 9).into());
    let lower = u8::conditional_select(&0, &(b'a' - b'Z' - 1), u8::from(value > 35).into());
    b'0' + value + upper + lower
}

const LABEL: &[u8] = b"parlour invite token 1\0";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn ring(ids: &[u32]) -> TokenKeys {
        TokenKeys::new(ids.iter().map(|&id| TokenKey { id, secret: [id as u8; 32] }).collect()).unwrap()
    }

    fn host(domain: &str) -> HostName {
        HostName::parse(domain).unwrap()
    }

    /// Stands in for the operating system: spread out, the same in each run.
    fn random(n: u64) -> [u8; RANDOM_BYTES] {
        use sha2::Digest;
        Sha256::digest(n.to_be_bytes())[..RANDOM_BYTES].try_into().unwrap()
    }

    #[test]
    fn digits_are_the_62_letters_and_digits_each_once() {
        let all: HashSet<u8> = (0..62).map(digit).collect();
        assert_eq!(all.len(), 62);
        assert!(all.iter().all(u8::is_ascii_alphanumeric));
        assert_eq!(&digits::<3>(62 * 62 + 61), b"10z");
    }

    #[test]
    fn vector_09_ten_thousand_tokens_are_distinct_and_well_shaped() {
        let keys = ring(&[1]);
        let mut seen = HashSet::new();
        for n in 0..10_000 {
            let token = mint(&keys, &host("chat.example"), random(n));
            assert_eq!(token.as_str().len(), TOKEN_CHARS);
            assert!(token.as_str().bytes().all(|b| b.is_ascii_alphanumeric()));
            assert!(seen.insert(token.as_str().to_owned()));
        }
        let bits = |chars: usize| chars as f64 * 62_f64.log2();
        assert!(bits(MAC_CHARS) > 80.0 && bits(TOKEN_CHARS) > 128.0);
    }

    #[test]
    fn attack_80_tokens_of_consecutive_dice_do_not_sort_like_them() {
        let keys = ring(&[1]);
        let made: Vec<String> = (0..1000).map(|n| mint(&keys, &host("h"), random(n)).as_str().to_owned()).collect();
        let rising = made.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((400..600).contains(&rising), "{rising} of 999 rise");
    }

    #[test]
    fn attack_87_a_token_of_one_host_is_unknown_at_another() {
        let keys = ring(&[1, 2]);
        let token = mint(&keys, &host("a.example"), random(1));
        assert!(open(&keys, &host("a.example"), token.as_str()).is_ok());
        for other in ["b.example", "a.exampl", "sub.a.example", "xa.example", "a.example.org"] {
            assert_eq!(open(&keys, &host(other), token.as_str()), Err(NotOurs), "{other}");
        }
    }

    #[test]
    fn attack_87_the_border_between_host_and_id_cannot_be_moved() {
        let key = TokenKey { id: 1, secret: [7; 32] };
        let id = TokenId(*b"aaaaaaaaaaa");
        assert_ne!(mac(&key, &host("h"), id), mac(&key, &host("ha"), id));
    }

    #[test]
    fn attack_94_a_guess_is_hopeless_and_the_price_is_printed() {
        let keys = ring(&[1, 2, 3, 4]);
        let space = 62_f64.powi(MAC_CHARS as i32);
        let years = space / MAX_KEYS as f64 / 2.0 / 1e6 / (365.25 * 86_400.0);
        eprintln!("guesses for an even chance on one id: {:.3e}; at a million a second {years:.3e} years", space / 8.0);
        assert!(years > 1e12);
        let real = mint(&keys, &host("chat.example"), random(0));
        for n in 0..10_000 {
            let guess =
                format!("{}{}", &real.as_str()[..ID_CHARS], &mint(&keys, &host("x"), random(n)).as_str()[ID_CHARS..]);
            assert_eq!(open(&keys, &host("chat.example"), &guess), Err(NotOurs));
        }
    }

    #[test]
    fn attack_104_texts_of_any_other_shape_are_simply_not_ours() {
        let keys = ring(&[1]);
        let real = mint(&keys, &host("h"), random(5));
        let (short, long) = (&real.as_str()[..25], format!("{}0", real.as_str()));
        let flipped = {
            let mut bytes = real.as_str().to_owned().into_bytes();
            bytes[25] = if bytes[25] == b'0' { b'1' } else { b'0' };
            String::from_utf8(bytes).unwrap()
        };
        let swapped: String = real
            .as_str()
            .chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        for text in [
            "",
            "0",
            short,
            &long,
            &flipped,
            &swapped,
            "0123456789\u{e9}0123456789012345",
            "-_345678901234567890123456",
        ] {
            assert_eq!(open(&keys, &host("h"), text), Err(NotOurs), "{text}");
        }
    }

    #[test]
    fn an_older_key_opens_and_shows_until_it_is_retired() {
        let mut keys = ring(&[1]);
        let token = mint(&keys, &host("h"), random(1));
        for n in 2..=4 {
            assert!(keys.rotate([n; 32]).is_none());
        }
        let (id, key_id) = open(&keys, &host("h"), token.as_str()).unwrap();
        assert_eq!(key_id, 1);
        assert_eq!(show(&keys, &host("h"), id, key_id).unwrap().as_str(), token.as_str());
        assert_eq!(open(&keys, &host("h"), mint(&keys, &host("h"), random(2)).as_str()).unwrap().1, 4);
        assert_eq!(keys.rotate([5; 32]).unwrap().id, 1);
        assert_eq!(open(&keys, &host("h"), token.as_str()), Err(NotOurs));
        assert!(show(&keys, &host("h"), id, key_id).is_none());
    }

    #[test]
    fn a_ring_has_one_to_four_distinct_keys() {
        let key = |id| TokenKey { id, secret: [0; 32] };
        assert_eq!(TokenKeys::new(vec![]).unwrap_err(), TokenKeysError::Empty);
        assert_eq!(TokenKeys::new((0..5).map(key).collect()).unwrap_err(), TokenKeysError::TooMany { count: 5 });
        assert_eq!(TokenKeys::new(vec![key(3), key(1), key(3)]).unwrap_err(), TokenKeysError::SameId { id: 3 });
        assert_eq!(TokenKeys::new(vec![key(3), key(1)]).unwrap().newest().id, 3);
    }

    #[test]
    fn secrets_print_as_stars() {
        let keys = ring(&[66]);
        let token = mint(&keys, &host("h"), random(1));
        assert_eq!(format!("{token:?}"), "InviteToken(***)");
        assert_eq!(format!("{keys:?}"), r#"TokenKeys([TokenKey { id: 66, secret: "***" }])"#);
    }

    proptest! {
        #[test]
        fn what_is_made_opens_and_shows_the_same(name in "[a-z0-9]{1,20}\\.[a-z]{2,9}", dice: [u8; RANDOM_BYTES], secret: [u8; 32]) {
            let keys = TokenKeys::new(vec![TokenKey { id: 9, secret }]).unwrap();
            let token = mint(&keys, &host(&name), dice);
            let (id, key_id) = open(&keys, &host(&name), token.as_str()).unwrap();
            prop_assert_eq!(key_id, 9);
            prop_assert_eq!(id, id.as_str().parse().unwrap());
            let again = show(&keys, &host(&name), id, 9).unwrap();
            prop_assert_eq!(again.as_str(), token.as_str());
        }

        #[test]
        fn attack_94_no_other_text_opens(text in "\\PC{0,40}") {
            prop_assert_eq!(open(&ring(&[1, 2]), &host("h"), &text), Err(NotOurs));
        }

        #[test]
        fn attack_94_one_changed_character_is_enough(dice: [u8; RANDOM_BYTES], at in 0..TOKEN_CHARS, to in "[0-9A-Za-z]") {
            let keys = ring(&[1, 2]);
            let mut text = mint(&keys, &host("h"), dice).as_str().to_owned();
            prop_assume!(text[at..=at] != to);
            text.replace_range(at..=at, &to);
            prop_assert_eq!(open(&keys, &host("h"), &text), Err(NotOurs));
        }
    }
}
