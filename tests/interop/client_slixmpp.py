"""slixmpp as a process: commands in, events out, a JSON object a line. STARTTLS, then SCRAM."""

import asyncio
import json
import ssl
import sys

import slixmpp


def say(**what):
    print(json.dumps(what), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password):
        super().__init__(jid, password)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("roster_update", self.on_roster)
        self.add_event_handler("failed_auth", lambda _: say(event="failed_auth"))
        self.add_event_handler("got_online", lambda p: say(event="online", jid=p["from"].bare))

    async def started(self, _):
        await self.get_roster()
        self.send_presence()
        say(event="ready", jid=self.boundjid.full)

    def on_roster(self, _):
        for jid in self.client_roster:
            say(event="contact", jid=jid, subscription=self.client_roster[jid]["subscription"])

    def on_message(self, message):
        if message["type"] in ("chat", "normal") and message["body"]:
            say(event="message", sender=message["from"].bare, body=message["body"])

    def obey(self, command):
        if "to" in command:
            self.send_message(mto=command["to"], mbody=command["body"], mtype="chat")


async def main():
    jid, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    loop = asyncio.get_running_loop()
    first = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    client = Client(jid, first["password"])
    # The trial's certificate is self-signed.
    client.ssl_context.check_hostname = False
    client.ssl_context.verify_mode = ssl.CERT_NONE
    client.enable_direct_tls = False
    client.enable_plaintext = False
    client.connect(address, port)
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        client.obey(json.loads(line))


asyncio.run(main())
