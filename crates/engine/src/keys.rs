//! The keys that are not in the database: token keys, the sealing key, and the secrets of fake
//! salts and forms. One file each in `data_dir/keys/`, for their owner's eyes only.
//!
//! Without them a copy of the database redeems no invite and checks no password. With them and the
//! database together links can be forged: back them up apart.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;
use parlour_domain::Dice;
use parlour_domain::token::{MAX_KEYS, TokenKey, TokenKeys, TokenKeysError};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 32 bytes for one purpose.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// Takes over 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key for another purpose, from which this one cannot be told.
    pub fn derived(&self, purpose: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key, purpose).as_ref());
        Self(bytes)
    }

    /// The bytes, for the purpose they were made for.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

/// All of a server's keys.
#[derive(Clone, Debug)]
pub struct ServerKeys {
    /// What invite tokens are made and opened with.
    pub tokens: TokenKeys,
    /// What passwords' keys are sealed with.
    pub sealing: SecretKey,
    /// What the salts of accounts that do not exist are made of.
    pub fake_salt: SecretKey,
    /// What forms are signed with.
    pub csrf: SecretKey,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The database has people in it, but a key it needs is not there.
    #[error(
        "{path}: missing; without it the passwords and links in the database are useless: restore it from the backup's .keys file"
    )]
    Missing {
        /// Which file.
        path: PathBuf,
    },
    /// A file that is no key.
    #[error("{path}: not a key (64 hexadecimal digits)")]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
    /// Others on the machine may read a key.
    #[error("{path}: others may read it (mode {mode:o}); chmod 600 it")]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The token keys make no ring.
    #[error("{dir}: {error}")]
    Ring {
        /// The directory.
        dir: PathBuf,
        /// What is wrong.
        error: TokenKeysError,
    },
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl ServerKeys {
    /// Reads the keys in `dir`. With `may_create`, as for a database without accounts, makes what
    /// is missing; without, a missing key that the database depends on is an error.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn open(dir: &Path, may_create: bool, dice: &dyn Dice) -> Result<Self, KeysError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| at(dir, error))?;
        let load = |name: &str, needed: bool| -> Result<SecretKey, KeysError> {
            let path = dir.join(name);
            match read(&path)? {
                Some(key) => Ok(key),
                None if needed && !may_create => Err(KeysError::Missing { path }),
                None => write(&path, SecretKey(dice.bytes())),
            }
        };
        let sealing = load(SEALING, true)?;
        let fake_salt = load(FAKE_SALT, false)?;
        let csrf = load(CSRF, false)?;
        let mut tokens = token_keys(dir)?;
        if tokens.is_empty() {
            let first = load(&token_file(1), true)?;
            tokens.push(TokenKey { id: 1, secret: first.0 });
        }
        let tokens = TokenKeys::new(tokens).map_err(|error| KeysError::Ring { dir: dir.to_owned(), error })?;
        Ok(Self { tokens, sealing, fake_salt, csrf })
    }

    /// Adds a token key that makes tokens from now on; the oldest of [`MAX_KEYS`] is retired, and
    /// its links with it.
    ///
    /// # Errors
    /// [`KeysError::File`]; the ring stays as it was.
    pub fn rotate_tokens(&mut self, dir: &Path, dice: &dyn Dice) -> Result<(), KeysError> {
        let mut next = self.tokens.clone();
        let retired = next.rotate(dice.bytes());
        let newest = next.newest();
        write(&dir.join(token_file(newest.id)), SecretKey(newest.secret))?;
        self.tokens = next;
        if let Some(retired) = retired {
            let path = dir.join(token_file(retired.id));
            fs::remove_file(&path).map_err(|error| at(&path, error))?;
        }
        Ok(())
    }
}

/// Copies all keys of `dir` into one new file, a name and a key a line, for its owner's eyes only.
///
/// # Errors
/// [`KeysError`]; an existing file is not overwritten.
pub fn export(dir: &Path, to: &Path) -> Result<(), KeysError> {
    let mut text = Zeroizing::new(String::new());
    for name in names(dir)? {
        let path = dir.join(&name);
        if let Some(key) = read(&path)? {
            text.push_str(&name);
            text.push(' ');
            push_hex(&key, &mut text);
            text.push('\n');
        }
    }
    put(to, text.as_bytes())
}

/// Writes the keys of an exported file into `dir`, which has none yet.
///
/// # Errors
/// [`KeysError`]; [`KeysError::File`] where a key is there already.
pub fn import(from: &Path, dir: &Path) -> Result<(), KeysError> {
    let keys = exported(from)?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| at(dir, error))?;
    for (name, key) in keys {
        write(&dir.join(name), key)?;
    }
    Ok(())
}

/// Whether a file is what [`export`] writes, with the keys that a database depends on.
///
/// # Errors
/// [`KeysError`].
pub fn check(file: &Path) -> Result<(), KeysError> {
    let keys = exported(file)?;
    let has = |wanted: &dyn Fn(&str) -> bool| keys.iter().any(|(name, _)| wanted(name));
    let enough = has(&|name| name == SEALING) && has(&|name| token_number(name).is_some());
    if enough { Ok(()) } else { Err(KeysError::Malformed { path: file.to_owned() }) }
}

fn exported(from: &Path) -> Result<Vec<(String, SecretKey)>, KeysError> {
    let text = Zeroizing::new(fs::read_to_string(from).map_err(|error| at(from, error))?);
    let malformed = || KeysError::Malformed { path: from.to_owned() };
    let mut keys = Vec::new();
    for line in text.lines() {
        let (name, hex) = line.split_once(' ').ok_or_else(malformed)?;
        if !is_key_name(name) {
            return Err(malformed());
        }
        keys.push((name.to_owned(), parse_hex(hex).ok_or_else(malformed)?));
    }
    Ok(keys)
}

fn token_keys(dir: &Path) -> Result<Vec<TokenKey>, KeysError> {
    let mut keys = Vec::with_capacity(MAX_KEYS);
    for name in names(dir)? {
        let path = dir.join(&name);
        if let (Some(id), Some(key)) = (token_number(&name), read(&path)?) {
            keys.push(TokenKey { id, secret: key.0 });
        }
    }
    Ok(keys)
}

fn names(dir: &Path) -> Result<Vec<String>, KeysError> {
    let entries = fs::read_dir(dir).map_err(|error| at(dir, error))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_key_name(name))
        .collect();
    names.sort();
    Ok(names)
}

fn is_key_name(name: &str) -> bool {
    [SEALING, FAKE_SALT, CSRF].contains(&name) || token_number(name).is_some()
}

fn token_file(id: u32) -> String {
    format!("{TOKEN}{id}")
}

fn token_number(name: &str) -> Option<u32> {
    let number = name.strip_prefix(TOKEN)?.parse().ok()?;
    (token_file(number) == name).then_some(number)
}

fn read(path: &Path) -> Result<Option<SecretKey>, KeysError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path, error)),
    };
    let mode = file.metadata().map_err(|error| at(path, error))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeysError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::with_capacity(80));
    // More than a key is no key.
    (&mut file).take(80).read_to_string(&mut text).map_err(|error| at(path, error))?;
    let key = parse_hex(text.trim_end()).ok_or_else(|| KeysError::Malformed { path: path.to_owned() })?;
    Ok(Some(key))
}

fn write(path: &Path, key: SecretKey) -> Result<SecretKey, KeysError> {
    let mut text = Zeroizing::new(String::with_capacity(65));
    push_hex(&key, &mut text);
    text.push('\n');
    put(path, text.as_bytes())?;
    Ok(key)
}

/// A new file, on the disk before anything depends on it.
fn put(path: &Path, bytes: &[u8]) -> Result<(), KeysError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = made.and_then(|mut file| {
        let done = file.write_all(bytes).and_then(|()| file.sync_all());
        if done.is_err() {
            // Half a file of keys is worse than none, and it is ours: it was made a moment ago.
            drop(fs::remove_file(path));
        }
        done
    });
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    written.and_then(|()| File::open(parent)?.sync_all()).map_err(|error| at(path, error))
}

fn at(path: &Path, error: std::io::Error) -> KeysError {
    KeysError::File { path: path.to_owned(), error }
}

fn push_hex(key: &SecretKey, text: &mut String) {
    for byte in key.0 {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("a digit below sixteen"));
        }
    }
}

fn parse_hex(text: &str) -> Option<SecretKey> {
    let digits = text.as_bytes();
    let mut key = SecretKey([0; 32]);
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(key)
}

const TOKEN: &str = "token-";
const SEALING: &str = "sealing";
const FAKE_SALT: &str = "fake-salt";
const CSRF: &str = "csrf";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Loaded;

    fn room() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary directory")
    }

    #[test]
    fn keys_are_made_once_and_read_ever_after() {
        let dir = room();
        let first = ServerKeys::open(dir.path(), true, &Loaded::new(1)).expect("made");
        let again = ServerKeys::open(dir.path(), false, &Loaded::new(2)).expect("read");
        assert_eq!(first.sealing.expose(), again.sealing.expose());
        assert_eq!(first.tokens.newest().secret, again.tokens.newest().secret);
        for name in names(dir.path()).expect("listed") {
            let mode = fs::metadata(dir.path().join(&name)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_missing_key_is_not_replaced_in_silence() {
        let dir = room();
        let dice = Loaded::new(1);
        ServerKeys::open(dir.path(), true, &dice).expect("made");
        fs::remove_file(dir.path().join(SEALING)).expect("lost");
        assert!(matches!(ServerKeys::open(dir.path(), false, &dice), Err(KeysError::Missing { .. })));
    }

    #[test]
    fn a_key_others_may_read_is_refused() {
        let dir = room();
        let dice = Loaded::new(1);
        ServerKeys::open(dir.path(), true, &dice).expect("made");
        fs::set_permissions(dir.path().join(SEALING), fs::Permissions::from_mode(0o644)).expect("opened up");
        let refused = ServerKeys::open(dir.path(), true, &dice);
        assert!(matches!(refused, Err(KeysError::Exposed { mode: 0o644, .. })));
    }

    #[test]
    fn exported_keys_come_back_the_same() {
        let (dir, other, out) = (room(), room(), room());
        let dice = Loaded::new(1);
        let mut keys = ServerKeys::open(dir.path(), true, &dice).expect("made");
        keys.rotate_tokens(dir.path(), &dice).expect("rotated");
        let file = out.path().join("copy.keys");
        export(dir.path(), &file).expect("exported");
        import(&file, other.path()).expect("imported");
        let back = ServerKeys::open(other.path(), false, &dice).expect("read");
        assert_eq!(back.tokens.iter().map(|key| key.id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(back.sealing.expose(), keys.sealing.expose());
        assert!(matches!(import(&file, other.path()), Err(KeysError::File { .. })), "keys are not overwritten");
    }

    #[test]
    fn the_oldest_of_five_token_keys_is_gone() {
        let dir = room();
        let dice = Loaded::new(1);
        let mut keys = ServerKeys::open(dir.path(), true, &dice).expect("made");
        for _ in 0..4 {
            keys.rotate_tokens(dir.path(), &dice).expect("rotated");
        }
        let read = ServerKeys::open(dir.path(), false, &dice).expect("read");
        assert_eq!(read.tokens.iter().map(|key| key.id).collect::<Vec<_>>(), [2, 3, 4, 5]);
    }
}
