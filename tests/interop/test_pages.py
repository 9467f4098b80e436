"""Every page in every state, as people see it: small, alone, without script, by thumb, in the dark."""

import tempfile
import time
from pathlib import Path

from harness import Failed, Server, binary, browser


def test_pages():
    start = time.monotonic()
    with Server() as server, tempfile.TemporaryDirectory(prefix="parlour-pages-") as pictures:
        told = browser("pages.mjs", server.owner_link(), binary(), server.folder, pictures, show=True)
        if told["pages"] < 40:
            raise Failed(f"only {told['pages']} pages were seen")
        if "panicked" in server.text or "ERROR" in server.text:
            raise Failed(f"the server is not well:\n{server.text}")
    seconds = time.monotonic() - start
    print(f"       {told['pages']} pages, the largest {told['largest']} bytes, {seconds:.0f} s")


def test_picture_of_a_real_domain():
    """The README's picture can be made: https of our own, a domain, and a square that a phone could read."""
    with tempfile.TemporaryDirectory(prefix="parlour-picture-") as folder:
        picture = Path(folder) / "landing.png"
        told = browser("picture.mjs", binary(), picture)
        if picture.stat().st_size != told["bytes"]:
            raise Failed(f"{told} is not what lies in {picture}")
