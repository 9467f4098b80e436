"""The unit and the package, as Debian's own tools see them."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import ROOT, Failed, binary, target

PACKAGING = ROOT / "packaging"


def run(*words, seconds=120):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=seconds, cwd=ROOT)
    if done.returncode != 0:
        raise Failed(f"{words[0]}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout + done.stderr


def test_unit_is_sound_and_tight():
    """systemd finds nothing odd in the unit, and an exposure under 2.0 (of 10)."""
    if not shutil.which("systemd-analyze"):
        raise Failed("systemd-analyze is missing: apt-get install systemd")
    with tempfile.TemporaryDirectory(prefix="parlour-unit-") as folder:
        root = Path(folder)
        (root / "usr/bin").mkdir(parents=True)
        for program in (binary(), Path("/bin/kill")):
            place = root / ("usr/bin/parlour" if program == binary() else "bin/kill")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(program, place)
        units = root / "usr/lib/systemd/system"
        units.mkdir(parents=True)
        shutil.copy(PACKAGING / "parlour.service", units)
        for other in ("network-online.target", "multi-user.target", "sysinit.target", "basic.target", "shutdown.target"):
            (units / other).write_text("[Unit]\nDescription=here for the test\n")
        said = run("systemd-analyze", "verify", "--man=no", f"--root={root}", "parlour.service")
        if said.strip():
            raise Failed(said)
        # In tenths of a point.
        run("systemd-analyze", "security", "--offline=true", "--threshold=20", PACKAGING / "parlour.service")


def test_example_configuration_is_good():
    """What the package brings as an example is understood, with nothing to warn of, once its certificate is there."""
    with tempfile.TemporaryDirectory(prefix="parlour-example-") as folder:
        text = (PACKAGING / "parlour.toml").read_text()
        if "/etc/parlour/tls/" not in text:
            raise Failed(text)
        config = Path(folder) / "parlour.toml"
        config.write_text(text.replace("/etc/parlour/tls/", f"{folder}/"))
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=chat.example.org", "-addext", "subjectAltName=DNS:chat.example.org",
            "-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem")
        said = json.loads(run(binary(), "check", "config", "--json", "--config", config))
        if not said["ok"] or any(found["level"] != "ok" for found in said["findings"]):
            raise Failed(f"{said}")


def test_package_installs_serves_and_leaves():
    """On a Debian machine that is thrown away afterwards: install, look, serve, upgrade, remove (package.sh)."""
    environment = dict(os.environ)
    if "CARGO" not in environment:
        environment["CARGO"] = "cargo"
    run(environment["CARGO"], "run", "--quiet", "--package", "xtask", "--", "deb", seconds=1800)
    package = max(target().glob("parlour_*.deb"), key=lambda file: file.stat().st_mtime)
    said = run("dpkg-deb", "--contents", package)
    for file in ("./usr/bin/parlour", "./usr/lib/systemd/system/parlour.service", "./usr/share/man/man1/parlour-serve.1.gz"):
        if f" {file}\n" not in said:
            raise Failed(f"{file} is not in it:\n{said}")
    if subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True).returncode != 0:
        # A container that may have no namespaces: what can be seen without installing was seen.
        print("  (not installed: this machine allows no mounts of its own)", flush=True)
        return
    said = run("unshare", "--mount", "--net", "sh", ROOT / "tests/interop/package.sh", package)
    if "== done" not in said:
        raise Failed(said)
