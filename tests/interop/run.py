"""Runs the tests with other people's clients and the browser: every `test_...` of every `test_*.py` here; then looks for
all secrets of the run in all that its servers have logged and kept.

    python3 tests/interop/run.py [--ci | --full] [NAME ...]
"""

import importlib
import sys
import time
import traceback
from pathlib import Path


sys.path.insert(0, str(Path(__file__).resolve().parent))
import ledger  # noqa: E402  (it lies beside this file)


def main():
    names = [word for word in sys.argv[1:] if not word.startswith("--")]
    full = "--full" in sys.argv
    passed = failed = 0
    for file in sorted(Path(__file__).resolve().parent.glob("test_*.py")):
        module = importlib.import_module(file.stem)
        module.FULL = full
        for name, test in sorted(vars(module).items()):
            if not name.startswith("test_") or not callable(test) or (names and name not in names):
                continue
            start = time.monotonic()
            try:
                test()
            except Exception:  # a test may fail in any way; the others still run
                failed += 1
                print(f"FAILED {file.stem}.{name}\n{traceback.format_exc()}", flush=True)
            else:
                passed += 1
                print(f"ok     {file.stem}.{name}  {time.monotonic() - start:.1f} s", flush=True)
    found, secrets, size = ledger.search()
    for line in dict.fromkeys(found):
        print(f"SECRET {line}", flush=True)
    failed += bool(found)
    # One that found nothing to look for, or nowhere to look, shows nothing.
    failed += not names and (secrets < 50 or size < 1_000_000)
    print(f"{secrets} secrets looked for in {size} bytes of logs and files: {len(found)} found", flush=True)
    ledger.forget()
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
