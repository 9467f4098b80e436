"""Everything that lets somebody in and was issued or typed in a run, and a search for it where it does not belong.

Tokens, passwords, cookies, forms' fields and keys are noted in a private folder as the tests meet them; the browser's
scripts do the same (`PARLOUR_LEDGER`). At the end they are looked for in all logs, and in all files of all servers beside
their keys, in every shape in which they could have been written down. One that is found fails the run (ATTACKS 81).
"""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote, quote_plus

FOLDER = Path(tempfile.mkdtemp(prefix="parlour-ledger-"))
os.environ["PARLOUR_LEDGER"] = str(FOLDER)
EVIDENCE = FOLDER / "evidence"
EVIDENCE.mkdir()
SECRETS = FOLDER / "secrets"
# Shorter ones are found by accident, and so is a bare word that somebody types as a bad password.
SHORTEST = 8
WORD = re.compile(r"[a-z]+[0-9]?")
# An invite's token; a program's key is longer and has its own beginning.
TOKEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{26}(?![0-9A-Za-z])")


def note(what, secret):
    """Somebody could get in with `secret`."""
    if secret and len(secret) >= SHORTEST:
        with SECRETS.open("a") as out:
            out.write(json.dumps({"what": what, "secret": secret}) + "\n")


def note_output(text):
    """The tokens and keys a command has printed."""
    for token in TOKEN.findall(text):
        note("a token", token)
    for key in re.findall(r'"key"\s*:\s*"([^"]+)"', text):
        note("a key", key)


def keep(name, text):
    """Something that was logged."""
    number = len(list(EVIDENCE.iterdir()))
    (EVIDENCE / f"{number:03}-{name}").write_text(text)


def keep_files(folder):
    """The files of a server, once it has ended; its keys are what the others are worthless without."""
    if folder.exists():
        number = len(list(EVIDENCE.iterdir()))
        # Sockets cannot be copied and hold nothing.
        shutil.copytree(folder, EVIDENCE / f"{number:03}-files", ignore=shutil.ignore_patterns("keys", "run"))


def shapes(secret):
    """How it could have been written down."""
    raw = secret.encode()
    forms = {raw, raw.hex().encode(), raw.hex().upper().encode(), quote(secret).encode(), quote_plus(secret).encode()}
    forms.add("".join(f"%{byte:02X}" for byte in raw).encode())
    forms.add(", ".join(str(byte) for byte in raw).encode())
    forms.add(json.dumps(secret)[1:-1].encode())
    for shift, skip in ((0, 0), (1, 2), (2, 3)):
        # The letters at both ends hang on the neighbours.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            forms.add(encode(b" " * shift + raw).rstrip(b"=")[skip:-1])
    if re.fullmatch(r"(?:[0-9a-f]{2}){16,}", secret):
        forms.add(bytes.fromhex(secret))
    if TOKEN.fullmatch(secret):
        # What of it is no id.
        forms.add(raw[11:])
    return forms


def suspects(shapes, files):
    """The files in which one of the shapes stands."""
    # grep walks through a file once for all of them, but ends one at each line's end.
    lines = [shape for shape in shapes if b"\n" not in shape]
    across = [shape for shape in shapes if b"\n" in shape]
    patterns = FOLDER / "shapes"
    patterns.write_bytes(b"".join(shape + b"\n" for shape in lines))
    command = ["grep", "--recursive", "--text", "--fixed-strings", "--files-with-matches", "--null", "--file", patterns, EVIDENCE]
    grep = subprocess.run(command, env={**os.environ, "LC_ALL": "C"}, capture_output=True)
    assert grep.returncode in (0, 1), grep.stderr
    named = {Path(os.fsdecode(name)) for name in grep.stdout.split(b"\0") if name}
    if across:
        named |= {path for path in files if any(shape in data for data in [path.read_bytes()] for shape in across)}
    return sorted(named)


def search():
    """Gives a line for each that was found, and how many were looked for in how many bytes."""
    known = {}
    for line in SECRETS.read_text().splitlines() if SECRETS.exists() else ():
        entry = json.loads(line)
        if not WORD.fullmatch(entry["secret"]):
            known[entry["secret"]] = entry["what"]
    whose = {shape: what for secret, what in known.items() for shape in shapes(secret) if len(shape) >= SHORTEST}
    files = [path for path in EVIDENCE.rglob("*") if path.is_file()]
    found = []
    for path in suspects(whose, files):
        data = path.read_bytes()
        for shape, what in whose.items():
            at = data.find(shape)
            if at >= 0:
                around = data[max(0, at - 200):at + 80].decode("utf-8", "replace")
                found.append(f"{what} in {path.relative_to(EVIDENCE)}: {around!r}")
    return found, len(known), sum(path.stat().st_size for path in files)


def forget():
    """Takes the folder away."""
    shutil.rmtree(FOLDER, ignore_errors=True)
