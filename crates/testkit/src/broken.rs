//! Configurations that went wrong, as hands, editors and full disks make them: each is a valid one with one thing spoilt.

use std::path::Path;

use parlour_domain::Dice as _;

use crate::given::Loaded;

/// A spoilt configuration.
#[derive(Clone, Debug)]
pub struct Broken {
    /// What was done to it.
    pub what: &'static str,
    /// The file; `None`: it is gone.
    pub bytes: Option<Vec<u8>>,
    /// Nobody could take this for a configuration. Others may be right by chance.
    pub certainly: bool,
}

/// The `n`th way to spoil `valid`, whose first line is the domain's; `folder` is where what it names may lie.
pub fn broken(valid: &str, n: usize, seed: u64, folder: &Path) -> Broken {
    let dice = Loaded::new(seed ^ (n as u64) << 16);
    let below = |end: usize| {
        let mut bytes = [0; 8];
        dice.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % end.max(1) as u64).unwrap_or_default()
    };
    let lines: Vec<&str> = valid.lines().collect();
    let keys: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains(" = ")).collect();
    let first_line = lines.first().map_or(0, |line| line.len() + 1);
    let changed = |at: usize, line: String| {
        let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        lines[at] = line;
        lines.join("\n").into_bytes()
    };
    let inserted = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines.insert(at, line);
        lines.join("\n").into_bytes()
    };
    let a_key = keys[below(keys.len())];
    let (key, value) = lines[a_key].split_once(" = ").unwrap_or_default();
    let made = |what, bytes, certainly| Broken { what, bytes: Some(bytes), certainly };
    match n % 14 {
        0 => {
            let other = if value.starts_with('"') { "[[1]]" } else { "\"three\"" };
            made("a value of another type", changed(a_key, format!("{key} = {other}")), true)
        }
        1 => {
            let line = format!("nonsense_{n} = true");
            made("an unknown key", inserted(1 + below(lines.len()), &line), true)
        }
        2 => {
            let cut = below(key.len());
            let wrong: String = key.chars().enumerate().filter(|(at, _)| *at != cut).map(|(_, c)| c).collect();
            made("a key without one of its letters", changed(a_key, format!("{wrong} = {value}")), true)
        }
        3 => {
            let bad = ["localhost", "127.0.0.1", ":5222", "[::1]:99999", "http://a", ""][below(6)];
            let line = (0..lines.len()).find(|at| lines[*at].starts_with("c2s = ")).unwrap_or(a_key);
            made("an address that is none", changed(line, format!("c2s = [\"{bad}\"]")), true)
        }
        4 => {
            let gone = folder.join("gone");
            let tls = format!("{valid}\n[tls]\ncertificate = \"{0}.pem\"\nkey = \"{0}.key\"\n", gone.display());
            made("a certificate that is not there", tls.into_bytes(), true)
        }
        5 => made("half written", valid.as_bytes()[..below(valid.len())].to_vec(), false),
        6 => {
            let mut bytes = valid.as_bytes().to_vec();
            let at = below(bytes.len() + 1);
            bytes.insert(at, [0xff, 0xc3, 0x80, 0xed][below(4)]);
            made("no UTF-8", bytes, true)
        }
        7 => made("a line that stands there twice", inserted(a_key, lines[a_key]), true),
        8 => {
            let bad = ["exa mple", "a@b.example", "", "-", "a..b", "ex\\u0000ample"][below(6)];
            made("a domain that is none", changed(0, format!("domain = \"{bad}\"")), true)
        }
        9 => {
            let mut bytes = valid.as_bytes().to_vec();
            for _ in 0..=below(4) {
                let at = first_line + below(bytes.len() - first_line);
                bytes[at] ^= 1 << below(7);
            }
            made("bits that have turned over", bytes, false)
        }
        10 => {
            let file = folder.join("parlour.toml");
            let tls = format!("{valid}\n[tls]\ncertificate = \"{0}\"\nkey = \"{0}\"\n", file.display());
            made("a certificate that is none", tls.into_bytes(), true)
        }
        11 => Broken { what: "the file is gone", bytes: None, certainly: true },
        12 => made("nothing in the file", vec![b'\n'; below(3)], true),
        _ => {
            let bad = ["\"", "]", "=", "[", "'''", "\\", "{", "\u{0}"][below(8)];
            made("something that is no TOML", inserted(below(lines.len() + 1), bad), true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_changes_something() {
        let valid = "domain = \"a.example\"\nsite_name = \"A\"\n[log]\nlevel = \"info\"\n";
        for n in 0..200 {
            let broken = broken(valid, n, 1, Path::new("/nowhere"));
            assert!(broken.bytes.as_deref() != Some(valid.as_bytes()) || !broken.certainly, "{n}: {}", broken.what);
        }
    }
}
