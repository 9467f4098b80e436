//! The Debian package: the program, its unit, its user, manual pages and completions, in `target/`.
//!
//! Built on a machine like the one that the package is for, or an older one: it asks for the C library it was built with.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::run;

/// A kind of machine that is not this one.
pub struct Other {
    architecture: &'static str,
    triple: &'static str,
    /// What the names of its tools begin with.
    tools: &'static str,
    /// The package that holds its C library.
    libc: &'static str,
}

/// A small computer at home, a phone's kind.
pub const ARM64: Other = Other {
    architecture: "arm64",
    triple: "aarch64-unknown-linux-gnu",
    tools: "aarch64-linux-gnu-",
    libc: "libc6-arm64-cross",
};

/// Builds it, optimized for being shipped (profile `dist`), for this kind of machine or another; prints where it lies.
pub fn build(other: Option<&Other>) -> Result<()> {
    // This machine's own says which version it is and writes its manual, for the other one as well.
    run::cargo(&["build", "--profile", "dist", "--package", "parlour"])?;
    let target = run::target();
    let native = target.join("dist/parlour");
    let version = version(&native)?;
    let architecture = match other {
        Some(other) => other.architecture.to_owned(),
        None => output("dpkg", &["--print-architecture"])?,
    };
    let program = match other {
        Some(other) => {
            let linker = format!("CARGO_TARGET_{}_LINKER", other.triple.to_uppercase().replace('-', "_"));
            run::set(&linker, &format!("{}gcc", other.tools));
            run::cargo(&["build", "--profile", "dist", "--package", "parlour", "--target", other.triple])?;
            target.join(other.triple).join("dist/parlour")
        }
        None => native.clone(),
    };
    let tree = target.join("deb");
    if tree.exists() {
        fs::remove_dir_all(&tree).with_context(|| format!("{}", tree.display()))?;
    }
    put(&program, &tree.join("usr/bin/parlour"), 0o755)?;
    put(Path::new("packaging/parlour.service"), &tree.join("usr/lib/systemd/system/parlour.service"), 0o644)?;
    put(Path::new("packaging/sysusers.conf"), &tree.join("usr/lib/sysusers.d/parlour.conf"), 0o644)?;
    let doc = tree.join("usr/share/doc/parlour");
    put(Path::new("packaging/parlour.toml"), &doc.join("examples/parlour.toml"), 0o644)?;
    put(Path::new("packaging/copyright"), &doc.join("copyright"), 0o644)?;
    put(Path::new("CHANGELOG.md"), &doc.join("changelog"), 0o644)?;
    pages(&native, &tree, &doc)?;
    for (shell, path) in [
        ("bash", "usr/share/bash-completion/completions/parlour"),
        ("zsh", "usr/share/zsh/vendor-completions/_parlour"),
        ("fish", "usr/share/fish/vendor_completions.d/parlour.fish"),
    ] {
        let script = output(&text(&native), &["completions", shell])?;
        write(&tree.join(path), &format!("{script}\n"), 0o644)?;
    }
    control(&tree, &version, &architecture, other.map_or("libc6", |other| other.libc))?;
    let file = target.join(format!("parlour_{version}_{architecture}.deb"));
    run::command("dpkg-deb", &["--root-owner-group", "--build", &text(&tree), &text(&file)])?;
    fs::remove_dir_all(&tree)?;
    run::say(&format!("{}\n", file.display()));
    Ok(())
}

/// Manual pages and guides; what is read by `man` is compressed, as everywhere in Debian.
fn pages(program: &Path, tree: &Path, doc: &Path) -> Result<()> {
    let man = tree.join("usr/share/man/man1");
    fs::create_dir_all(&man)?;
    run::command(&text(program), &["man", "--out", &text(&man)])?;
    let mut packed = vec![doc.join("changelog")];
    for entry in fs::read_dir(&man)? {
        packed.push(entry?.path());
    }
    for file in &packed {
        run::output("gzip", &["-9n", &text(file)]).with_context(|| format!("gzip {}", file.display()))?;
    }
    for entry in fs::read_dir("docs/guide")? {
        let guide = entry?.path();
        put(&guide, &doc.join("guide").join(guide.file_name().unwrap_or_default()), 0o644)?;
    }
    put(Path::new("docs/reference/config.md"), &doc.join("reference/config.md"), 0o644)?;
    put(Path::new("docs/reference/cli.md"), &doc.join("reference/cli.md"), 0o644)
}

/// What dpkg reads and runs.
fn control(tree: &Path, version: &str, architecture: &str, libc: &str) -> Result<()> {
    let size = output("du", &["--summarize", "--block-size=1024", &text(tree)])?;
    let size = size.split_whitespace().next().unwrap_or("0").to_owned();
    let libc = output("dpkg-query", &["--show", "--showformat=${Version}", libc])?;
    // The Debian revision says nothing about what the library can do.
    let libc = libc.split('-').next().unwrap_or(&libc).to_owned();
    let maintainer = maintainer();
    let control = format!(
        "Package: parlour\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: {maintainer}\n\
         Installed-Size: {size}\nDepends: libc6 (>= {libc}), libgcc-s1, init-system-helpers, passwd\nSection: net\nPriority: optional\n\
         Description: chat server that people join by invitation\n \
         A link or a square becomes an account, a first contact and a first message\n \
         in under a minute. Speaks XMPP to every existing app; pages for guests,\n \
         members and admins are inside.\n"
    );
    write(&tree.join("DEBIAN/md5sums"), &sums(tree)?, 0o644)?;
    write(&tree.join("DEBIAN/control"), &control, 0o644)?;
    for script in ["postinst", "prerm", "postrm"] {
        put(&Path::new("packaging/deb").join(script), &tree.join("DEBIAN").join(script), 0o755)?;
    }
    Ok(())
}

/// Whoever builds it, as Debian's own tools ask: `DEBFULLNAME` and `DEBEMAIL`.
fn maintainer() -> String {
    let said = |name, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    format!("{} <{}>", said("DEBFULLNAME", "The Parlour authors"), said("DEBEMAIL", "parlour@localhost"))
}

/// What `dpkg --verify` compares the installed files with.
fn sums(tree: &Path) -> Result<String> {
    let files = output("find", &[&text(tree), "-type", "f"])?;
    let mut files: Vec<&str> = files.lines().collect();
    files.sort_unstable();
    let said = output("md5sum", &files)?;
    let below = format!("{}/", text(tree));
    Ok(said.lines().map(|line| format!("{}\n", line.replace(&below, ""))).collect())
}

/// What the program says of itself: `parlour 1.2.3`.
fn version(program: &Path) -> Result<String> {
    let said = output(&text(program), &["--version"])?;
    said.split_whitespace().nth(1).map(str::to_owned).with_context(|| format!("no version in {said:?}"))
}

fn output(program: &str, arguments: &[&str]) -> Result<String> {
    match run::output(program, arguments) {
        Some(text) => Ok(text.trim().to_owned()),
        None => bail!("{program} {} failed", arguments.join(" ")),
    }
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("{}", from.display()))?;
    make(to, &bytes, mode)
}

fn write(to: &Path, text: &str, mode: u32) -> Result<()> {
    make(to, text.as_bytes(), mode)
}

fn make(to: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, bytes).with_context(|| format!("{}", to.display()))?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
