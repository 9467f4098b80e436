"""The API over the network as its own description has it: schemathesis sends what fits and what does not, and looks for
faults of ours and for answers that are not described."""

import json
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import ledger
from harness import HERE, Failed, Server

TOOLS = HERE / "venv" / "bin"
# So that the same run is the same anywhere.
SEED = "20"
CONFIG = """
[parameters]
"path.host" = "localhost"
"""
# Valid names and spans of time are more particular than a schema can say, so a good schema's data may be refused. What
# was withdrawn or deleted stays to be seen, and says so: an account can be restored, an invite has a history.
NOT_ASKED = "positive_data_acceptance,use_after_free"


def key(server, *arguments):
    text = server.command("key", "create", *arguments, "--json")
    return json.loads(text)["key"]


def test_description_holds():
    with Server() as server:
        web = server.wait_for(r"web\s+(http://\S+)").group(1)
        server.account("juliet")
        server.command("group", "create", "localhost", "Altos")
        bearer = key(server, "localhost", "--role", "owner")
        document = urllib.request.urlopen(f"{web}/api/openapi.json", timeout=10).read()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "openapi.json"
            file.write_bytes(document)
            done = subprocess.run(
                [str(TOOLS / "openapi-spec-validator"), str(file)], capture_output=True, text=True, timeout=60,
            )
            if done.returncode != 0:
                raise Failed(f"the description is not valid:\n{done.stdout}{done.stderr}")
            (Path(folder) / "schemathesis.toml").write_text(CONFIG)
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": "", "NO_COLOR": "1"}
            environment.pop("SCHEMATHESIS_HOOKS")
            done = subprocess.run(
                [
                    str(TOOLS / "schemathesis"), "run", str(file), "--url", web,
                    "--header", f"Authorization: Bearer {bearer}",
                    "--checks", "all", "--exclude-checks", NOT_ASKED,
                    "--phases", "examples,coverage,fuzzing,stateful",
                    "--max-examples", EXAMPLES, "--seed", SEED, "--workers", "1", "--no-shrink",
                    "--request-timeout", "20", "--suppress-health-check", "all", "--warnings", "off",
                ],
                cwd=folder, capture_output=True, text=True, timeout=300, env=environment,
            )
        ledger.note("a key", bearer)
        if "panicked" in server.text or " ERROR " in server.text:
            raise Failed("the server is not well:\n" + "\n".join(server.text.splitlines()[-40:]))
        if done.returncode != 0:
            raise Failed(f"schemathesis:\n{done.stdout[-12000:]}\n{done.stderr[-2000:]}")
        summary = [line.strip() for line in done.stdout.splitlines() if "generated" in line or "passed" in line]
        print("       " + "; ".join(summary[-3:]))


EXAMPLES = "40"
