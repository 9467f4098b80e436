//! Writing: folders with the right owner and mode, the configuration, the user and the unit. What is there stays.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::place::Place;

/// The unit, as the package brings it.
const UNIT: &str = include_str!("../../../../packaging/parlour.service");
/// The user, as the package makes it.
const USER: &str = include_str!("../../../../packaging/sysusers.conf");
/// Where units lie; the first is where we write one.
const UNITS: [&str; 3] = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
/// The service's user and group.
const NAME: &str = "parlour";

/// What was written, and what was there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installed {
    /// Written now.
    pub wrote: Vec<PathBuf>,
    /// There already, and left alone.
    pub kept: Vec<PathBuf>,
}

impl Installed {
    fn note(&mut self, path: &Path, new: bool) {
        if new { &mut self.wrote } else { &mut self.kept }.push(path.to_owned());
    }
}

/// Writes what is not there yet. The configuration comes last but for the unit: where it stands, the rest does.
///
/// # Errors
/// In words for the operator; what was written before stays, and a second run goes on from there.
pub fn install(place: &Place, text: &str, program: &Path) -> anyhow::Result<Installed> {
    let mut done = Installed::default();
    let user = if place.service { Some(user()?) } else { None };
    let group = user.map(|user| user.group);
    if let Some(folder) = place.config.parent() {
        directory(folder, if place.service { 0o750 } else { 0o700 }, user.map(|_| (0, group.unwrap_or(0))))?;
    }
    let new = directory(&place.data_dir, 0o700, user.map(|user| (user.id, user.group)))?;
    done.note(&place.data_dir, new);
    let mode = if place.service { 0o640 } else { 0o600 };
    done.note(&place.config, write_new(&place.config, text, mode, user.map(|_| (0, group.unwrap_or(0))))?);
    if place.service {
        let (path, new) = unit(&UNITS.map(PathBuf::from), program)?;
        done.note(&path, new);
    }
    Ok(done)
}

/// Makes a folder with those above it; one that is there keeps its owner and mode.
fn directory(path: &Path, mode: u32, owner: Option<(u32, u32)>) -> anyhow::Result<bool> {
    if path.is_dir() {
        return Ok(false);
    }
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).with_context(|| format!("cannot make {}", above.display()))?;
    }
    // Nobody else's until it has its owner; then the mode as it is meant, since a umask of 077 would keep the service out.
    let made = || format!("cannot make {}", path.display());
    fs::DirBuilder::new().mode(0o700).create(path).with_context(made)?;
    own(path, owner)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).with_context(made)?;
    Ok(true)
}

/// Writes a file that is not there: whole or not at all.
fn write_new(path: &Path, text: &str, mode: u32, owner: Option<(u32, u32)>) -> anyhow::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    let wrote = || format!("cannot write {}", path.display());
    // One that was left by a run that was cut short may have other rights, and a link lead elsewhere.
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).with_context(wrote),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside).with_context(wrote)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(wrote)?;
    own(&aside, owner)?;
    // As it is meant, whatever the umask: with 077 the service could not read it.
    file.set_permissions(fs::Permissions::from_mode(mode)).with_context(wrote)?;
    // A link, unlike a rename, takes nothing's place.
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside).with_context(wrote)?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(wrote),
    }
}

fn own(path: &Path, owner: Option<(u32, u32)>) -> anyhow::Result<()> {
    match owner {
        Some((user, group)) => {
            chown(path, Some(user), Some(group)).with_context(|| format!("cannot give {} to {NAME}", path.display()))
        }
        None => Ok(()),
    }
}

/// The unit that is there, or one of ours that starts `program`.
fn unit(folders: &[PathBuf], program: &Path) -> anyhow::Result<(PathBuf, bool)> {
    let named: Vec<PathBuf> = folders.iter().map(|folder| folder.join("parlour.service")).collect();
    if let Some(there) = named.iter().find(|unit| unit.exists()) {
        return Ok((there.clone(), false));
    }
    let ours = named.first().context("units lie somewhere")?;
    let word = program.to_str().and_then(quoted).with_context(|| {
        format!(
            "systemd starts no program with quotes, backslashes or control characters in its path: {program:?}; move it"
        )
    })?;
    let text = UNIT.replace("/usr/bin/parlour", &word);
    write_new(ours, &text, 0o644, None)?;
    Ok((ours.clone(), true))
}

/// A program's path as the first word of `ExecStart`: systemd.service(5), "Command lines", and the specifiers of
/// systemd.unit(5); environment variables are not looked for in it. Nothing where systemd would refuse it.
fn quoted(program: &str) -> Option<String> {
    let refused = |c: char| c.is_control() || matches!(c, '"' | '\'' | '\\');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+');
    if program.chars().any(refused) {
        return None;
    }
    let escaped = program.replace('%', "%%");
    Some(if program.chars().all(plain) { escaped } else { format!("\"{escaped}\"") })
}

/// The service's user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct User {
    id: u32,
    group: u32,
}

/// The service's user, made where the package has not.
fn user() -> anyhow::Result<User> {
    let find = || fs::read_to_string("/etc/passwd").ok().and_then(|passwd| user_in(&passwd, NAME));
    if let Some(user) = find() {
        return Ok(user);
    }
    let made = Command::new("systemd-sysusers").args(["--inline", USER.trim()]).output();
    if !made.is_ok_and(|made| made.status.success()) {
        let words =
            ["--system", "--user-group", "--home-dir", "/var/lib/parlour", "--shell", "/usr/sbin/nologin", NAME];
        // What went wrong shows in that there is no such user.
        let _ = Command::new("useradd").args(words).output();
    }
    find().with_context(|| {
        format!("there is no user {NAME}, and none could be made; make one: useradd --system --user-group {NAME}")
    })
}

/// passwd(5): name, password, user, group.
fn user_in(passwd: &str, name: &str) -> Option<User> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some(User { id: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_its_owners_and_what_is_there_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let place = Place { config: at("etc/p.toml"), data_dir: at("var/data"), service: false };
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        let done = install(&place, "one", Path::new("/usr/bin/parlour")).expect("written");
        assert_eq!((done.wrote.len(), done.kept.len()), (2, 0));
        assert_eq!((mode(&place.config), mode(&place.data_dir)), (0o600, 0o700));
        let done = install(&place, "two", Path::new("/usr/bin/parlour")).expect("kept");
        assert_eq!((done.wrote.len(), done.kept.len()), (0, 2));
        assert_eq!(fs::read_to_string(&place.config).expect("there"), "one");
        assert_eq!(fs::read_dir(at("etc")).expect("a folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn modes_are_as_they_are_meant_whatever_the_umask_and_links_are_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let mode = |name: &str| fs::metadata(at(name)).expect("there").permissions().mode() & 0o777;
        // No umask that is in use leaves these whole.
        assert!(directory(&at("open"), 0o777, None).expect("made"));
        fs::write(at("other"), "somebody's").expect("written");
        std::os::unix::fs::symlink(at("other"), at("file.new")).expect("a link");
        assert!(write_new(&at("file"), "text", 0o666, None).expect("written"));
        assert_eq!((mode("open"), mode("file")), (0o777, 0o666));
        assert_eq!(fs::read_to_string(at("other")).expect("there"), "somebody's");
        assert_eq!(fs::read_to_string(at("file")).expect("there"), "text");
    }

    #[test]
    fn a_unit_of_the_package_stays_and_ours_starts_this_program() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = [folder.path().join("etc"), folder.path().join("lib")];
        folders.iter().for_each(|folder| fs::create_dir(folder).expect("made"));
        let (path, new) = unit(&folders, Path::new("/usr/local/bin/parlour")).expect("written");
        let text = fs::read_to_string(&path).expect("there");
        assert!(
            new && text.contains("ExecStart=/usr/local/bin/parlour serve --config /etc/parlour/parlour.toml\n"),
            "{text}"
        );
        fs::rename(&path, folders[1].join("parlour.service")).expect("moved");
        assert_eq!(unit(&folders, Path::new("/x")).expect("kept"), (folders[1].join("parlour.service"), false));
    }

    #[test]
    fn a_path_is_one_word_of_the_unit_whatever_is_in_it() {
        use std::os::unix::ffi::OsStrExt as _;

        for (path, word) in [
            ("/usr/local/bin/parlour", "/usr/local/bin/parlour"),
            ("/srv/my apps/parlour", "\"/srv/my apps/parlour\""),
            ("/srv/100%/parlour", "\"/srv/100%%/parlour\""),
            ("/srv/%h/parlour", "\"/srv/%%h/parlour\""),
            ("/srv/$HOME;x/parlour", "\"/srv/$HOME;x/parlour\""),
            ("/srv/für alle/parlour", "\"/srv/für alle/parlour\""),
        ] {
            assert_eq!(quoted(path).as_deref(), Some(word));
            let folder = tempfile::tempdir().expect("a folder");
            let (unit, _) = unit(&[folder.path().to_owned()], Path::new(path)).expect("written");
            let text = fs::read_to_string(unit).expect("there");
            assert!(text.contains(&format!("\nExecStart={word} serve --config ")), "{text}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        for odd in
            [&b"/srv/\xff/parlour"[..], b"/srv/a'b/parlour", b"/srv/a\"b/parlour", b"/srv/a\\b/parlour", b"/srv/a\nb/x"]
        {
            let odd = Path::new(std::ffi::OsStr::from_bytes(odd));
            assert!(unit(&[folder.path().to_owned()], odd).is_err(), "{odd:?} is told of, as systemd would refuse it");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn a_user_is_read_from_passwd() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\nparlourx:x:1:1::/:/\nparlour:x:997:996:Parlour:/var/lib/parlour:/x\n";
        assert_eq!(user_in(passwd, "parlour"), Some(User { id: 997, group: 996 }));
        assert_eq!(user_in(passwd, "nobody"), None);
    }
}
