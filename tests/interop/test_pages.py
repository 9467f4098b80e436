"""Every page in every state, as people see it: small, alone, without script, by thumb, in the dark."""

import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import ROOT, Failed, Server, binary, browser, target

# Set by run.py --full.
FULL = False
# With --full, each state at 390 and 1280 px, light and dark, in English and Arabic: to be looked at after a change.
PICTURES = target() / "pictures"
LANGUAGES = ["en", "ar", "de", "es", "fr"]


def test_pages():
    """Against a real trial, as a reader of English and one of Arabic have it."""
    with ThreadPoolExecutor() as both:
        for done in [both.submit(pages, language) for language in ("en", "ar")]:
            done.result()


def pages(language):
    start = time.monotonic()
    with Server() as server:
        show = language == "en"
        pictures = [PICTURES / "real"] if FULL else []
        told = browser(
            "pages.mjs", server.owner_link(), binary(), server.folder, language, *pictures, show=show, seconds=300
        )
        if told["pages"] < 40:
            raise Failed(f"only {told['pages']} pages were seen")
        if "panicked" in server.text or "ERROR" in server.text:
            raise Failed(f"the server is not well:\n{server.text}")
    seconds = time.monotonic() - start
    print(f"       {language}: {told['pages']} pages, the largest {told['largest']} bytes, {seconds:.0f} s")


def test_gallery():
    """Every state that a page can be in, in every language; a language of each direction whole, with axe-core."""
    with tempfile.TemporaryDirectory(prefix="parlour-gallery-") as folder:
        for language in LANGUAGES:
            words = ["cargo", "run", "--quiet", "--package", "parlour-web", "--example", "gallery", "--"]
            subprocess.run([*words, f"{folder}/{language}", language], cwd=ROOT, check=True, timeout=600, stdout=subprocess.DEVNULL)
        folders = [Path(folder) / language for language in LANGUAGES]
        # Taking them is most of the time, and nobody looks at them in CI.
        told = browser("gallery.mjs", PICTURES / "gallery" if FULL else "-", *folders, seconds=300)
    if told["pages"] < 200:
        raise Failed(f"only {told['pages']} pages were seen")
    pictures = f"; pictures in {PICTURES}" if FULL else ""
    print(f"       {told['pages']} pages, {told['steps']} steps by keyboard{pictures}")


def test_picture_of_a_real_domain():
    """The README's picture can be made: https of our own, a domain, and a square that a phone could read."""
    with tempfile.TemporaryDirectory(prefix="parlour-picture-") as folder:
        picture = Path(folder) / "landing.png"
        told = browser("picture.mjs", binary(), picture)
        if picture.stat().st_size != told["bytes"]:
            raise Failed(f"{told} is not what lies in {picture}")
