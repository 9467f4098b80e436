//! What clients know an archived message by: text that tells nothing, made of its row and unmade again with a key.
//!
//! Rows of all archives count up together, so a row's number would tell how much everybody writes. The text is the row and
//! the archive's owner as one block, enciphered with a key of this server: always the same for the same message, different
//! for each archive, and what is of another archive or made up is known for it without a look into the store. See
//! `docs/design/archive-ids.md`.
//!
//! Spec: XEP-0313 v1.1.3 §3 (unpredictable, unique in the archive), XEP-0359 v0.7.0 §6 (tells nothing else).

use aws_lc_rs::cipher::{AES_128, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use parlour_domain::archive::{ArchiveId, peer_key};
use parlour_xmpp::jid::BareJid;

use crate::keys::SecretKey;

/// Makes and reads ids. One for a server.
pub struct ArchiveIds {
    hide: EncryptingKey,
    show: DecryptingKey,
}

impl std::fmt::Debug for ArchiveIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ArchiveIds(***)")
    }
}

impl ArchiveIds {
    /// With a key of which only this server knows. Another key makes other ids of the same messages.
    pub fn new(key: &SecretKey) -> Self {
        let key = || {
            let bytes = &key.expose()[..16];
            UnboundCipherKey::new(&AES_128, bytes).expect("AES-128 has keys of 16 bytes")
        };
        // One block that is never the same twice for two messages: a permutation is all that is needed.
        let hide = EncryptingKey::ecb(key()).expect("a key of its size");
        let show = DecryptingKey::ecb(key()).expect("a key of its size");
        Self { hide, show }
    }

    /// The id of a row in the archive of `owner`: 26 letters and digits.
    pub fn text(&self, owner: &BareJid, row: ArchiveId) -> String {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&row.0.to_be_bytes());
        block[8..].copy_from_slice(&peer_key(owner).to_be_bytes());
        self.hide.encrypt(&mut block).expect("one whole block");
        let number = u128::from_be_bytes(block);
        let digit = |at: usize| (number >> (5 * (DIGITS - 1 - at))) & 31;
        (0..DIGITS).map(|at| char::from(ALPHABET[usize::try_from(digit(at)).expect("below 32")])).collect()
    }

    /// The row of an id in the archive of `owner`; `None` for what was never one there.
    pub fn read(&self, owner: &BareJid, id: &str) -> Option<ArchiveId> {
        // Three bits of the first digit are all there are: every id has one spelling.
        if id.len() != DIGITS || !matches!(id.as_bytes().first(), Some(b'a'..=b'h')) {
            return None;
        }
        let mut number: u128 = 0;
        for byte in id.bytes() {
            let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
            number = (number << 5) | u128::try_from(digit).ok()?;
        }
        let mut block = number.to_be_bytes();
        self.show.decrypt(&mut block, DecryptionContext::None).ok()?;
        let (row, key) = block.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().map(i64::from_be_bytes).ok();
        let row = number(row).filter(|row| *row > 0)?;
        (number(key)? == peer_key(owner)).then_some(ArchiveId(row))
    }
}

/// Of 5 bits each.
const DIGITS: usize = 26;

/// RFC 4648 §6, in small letters.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::jid;

    #[test]
    fn an_id_reads_in_its_own_archive_and_tells_nothing() {
        let ids = ArchiveIds::new(&SecretKey::new([7; 32]));
        let (anna, bert) = (jid("anna"), jid("bert"));
        let mut seen = std::collections::BTreeSet::new();
        for row in [1, 2, 3, 255, 256, i64::MAX].map(ArchiveId) {
            let text = ids.text(&anna, row);
            assert_eq!(text.len(), DIGITS);
            assert_eq!(ids.read(&anna, &text), Some(row));
            assert_eq!(ids.text(&anna, row), text, "stable");
            assert_eq!(ids.read(&bert, &text), None, "another's");
            let others = ArchiveIds::new(&SecretKey::new([8; 32]));
            assert_eq!(others.read(&anna, &text), None, "another server's");
            assert!(seen.insert(text) && seen.insert(ids.text(&bert, row)), "the same row looks different elsewhere");
        }
        // Neighbours have nothing in common.
        let (one, two) = (ids.text(&anna, ArchiveId(1)), ids.text(&anna, ArchiveId(2)));
        let same = one.bytes().zip(two.bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 8, "{one} {two}");
    }

    #[test]
    fn attack_59_only_an_ids_own_text_reads() {
        let ids = ArchiveIds::new(&SecretKey::new([7; 32]));
        let anna = jid("anna");
        let good = ids.text(&anna, ArchiveId(77));
        let upper = good.to_uppercase();
        let long = "a".repeat(1_000_000);
        let (short, longer) = (&good[1..], format!("{good}a"));
        for junk in [
            "",
            "0",
            "1",
            "77",
            "-1",
            "' or 1=1 or ''='",
            "ä",
            &upper,
            &long,
            short,
            &longer,
            "8aaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(ids.read(&anna, junk), None, "{junk:.40}");
        }
        // Any other first digit that would carry over.
        for first in 'i'..='z' {
            assert_eq!(ids.read(&anna, &format!("{first}{}", &good[1..])), None);
        }
    }
}
