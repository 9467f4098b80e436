"""The console in a real browser, as the owner of a new place uses it: without script, and with it."""

from harness import Failed, Server, browser


def test_console():
    with Server() as server:
        told = browser("console.mjs", server.owner_link())
        if "panicked" in server.text or "ERROR" in server.text:
            raise Failed(f"the server is not well:\n{server.text}")
    print(f"       {told['steps']} steps")
