"""The unit and the package, as Debian's own tools see them."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import ROOT, Failed, binary

PACKAGING = ROOT / "packaging"


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120)
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
    """What the package brings as an example is understood, with nothing to warn of."""
    said = json.loads(run(binary(), "check", "config", "--json", "--config", PACKAGING / "parlour.toml"))
    if said != {"ok": True, "hosts": ["chat.example.org"], "findings": []}:
        raise Failed(f"{said}")
