"""slixmpp as a process: commands in, events out, a JSON object a line. STARTTLS, then SCRAM.

The first line has `password`, and may have `carbons` (switch them on), `token` (register first, with this invite) and
`resume` (come back to the session after each loss of the connection).
"""

import asyncio
import json
import ssl
import sys

import slixmpp
from slixmpp.exceptions import IqError
from slixmpp.xmlstream import ET


def say(**what):
    print(json.dumps(what), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, carbons=False, token=None, resume=False):
        super().__init__(jid, password)
        self.carbons, self.token = carbons, token
        if resume:
            self.register_plugin("xep_0198")
            self.add_event_handler("session_resumed", lambda _: say(event="resumed"))
            self.add_event_handler("disconnected", lambda _: self.connect(*self.place))
        for plugin in ("xep_0030", "xep_0060", "xep_0191", "xep_0199", "xep_0280"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("message_error", lambda m: say(
            event="refused", sender=m["from"].bare, condition=m["error"]["condition"]))
        self.add_event_handler("roster_update", self.on_roster)
        self.add_event_handler("failed_auth", lambda _: say(event="failed_auth"))
        self.add_event_handler("got_online", lambda p: say(event="online", jid=p["from"].bare))
        self.add_event_handler("carbon_received", lambda m: self.on_carbon("received", m["carbon_received"]))
        self.add_event_handler("carbon_sent", lambda m: self.on_carbon("sent", m["carbon_sent"]))
        self.add_event_handler("blocked", lambda iq: say(
            event="blocked", jids=sorted(str(item["jid"]) for item in iq["block"])))
        if token:
            self.register_plugin("xep_0077")
            # The library asks for the form first; an invite has to be shown before that.
            self.unregister_feature("register", 50)
            self.register_feature("register", self.join, restart=False, order=50)

    async def join(self, _features):
        self._always_send_everything = True  # else it keeps what it does not know until it has signed in
        if "mechanisms" in self.features:
            return False
        shown = self.Iq(stype="set", sto=self.boundjid.domain)
        shown.append(ET.Element("{urn:xmpp:pars:0}preauth", token=self.token))
        await shown.send()
        form = await self.plugin["xep_0077"].get_registration()
        say(event="form", fields=sorted(form["register"]["fields"]))
        wish = self.Iq(stype="set", sto=self.boundjid.domain)
        wish["register"]["username"] = self.requested_jid.local
        wish["register"]["password"] = self.password
        await wish.send()
        say(event="registered")
        return False

    async def started(self, _):
        await self.get_roster()
        if self.carbons:
            await self.plugin["xep_0280"].enable()
        self.send_presence()
        say(event="ready", jid=self.boundjid.full)

    def on_roster(self, _):
        for jid in self.client_roster:
            say(event="contact", jid=jid, subscription=self.client_roster[jid]["subscription"])

    def on_message(self, message):
        if message["type"] in ("chat", "normal") and message["body"]:
            say(event="message", sender=message["from"].bare, body=message["body"])

    def on_carbon(self, direction, message):
        say(event="carbon", direction=direction, sender=message["from"].bare, body=message["body"])

    async def publish(self, publish, id, xml, options):
        form = self.plugin["xep_0004"].make_form("submit")
        form.add_field("FORM_TYPE", "hidden", value="http://jabber.org/protocol/pubsub#publish-options")
        for name, value in options.items():
            form.add_field(f"pubsub#{name}", value=value)
        try:
            await self.plugin["xep_0060"].publish(
                self.boundjid.bare, publish, id=id, payload=ET.fromstring(xml), options=form)
        except IqError as error:
            say(event="not published", node=publish, condition=error.condition)
        else:
            say(event="published", node=publish, id=id)

    async def items(self, owner, node):
        try:
            found = await self.plugin["xep_0060"].get_items(owner, node)
        except IqError as error:
            say(event="no items", node=node, condition=error.condition)
        else:
            items = {item["id"]: ET.tostring(item["payload"], "unicode") for item in found["pubsub"]["items"]}
            say(event="items", node=node, items=items)

    async def obey(self, command):
        if "to" in command:
            self.send_message(mto=command["to"], mbody=command["body"], mtype="chat")
        elif "block" in command:
            # Whoever has asked for the list is told of its changes (XEP-0191 §3.3).
            await self.plugin["xep_0191"].get_blocked()
            await self.plugin["xep_0191"].block(command["block"])
        elif "unblock" in command:
            await self.plugin["xep_0191"].unblock(command["unblock"])
            say(event="unblocked")
        elif "publish" in command:
            await self.publish(**command)
        elif "items_of" in command:
            await self.items(command["items_of"], command["node"])
        elif "ping" in command:
            # Everything sent before has been taken when this is answered.
            await self.plugin["xep_0199"].send_ping(self.boundjid.domain)
            say(event="pong", id=command["ping"])


async def main():
    jid, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    loop = asyncio.get_running_loop()
    first = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    client = Client(jid, **first)
    # The trial's certificate is self-signed.
    client.ssl_context.check_hostname = False
    client.ssl_context.verify_mode = ssl.CERT_NONE
    client.enable_direct_tls = False
    client.enable_plaintext = False
    client.place = (address, port)
    client.connect(*client.place)
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        await client.obey(json.loads(line))


asyncio.run(main())
