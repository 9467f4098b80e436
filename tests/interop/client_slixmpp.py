"""slixmpp as a process: commands in, events out, a JSON object a line. STARTTLS, then SCRAM.

The first line has `password`, and may have `carbons` (switch them on), `token` (register first, with this invite),
`resume` (come back to the session after each loss of the connection), `plugins` (more of the library's, by name), `hears`
(nodes of whose items it wants to hear) and `push_service` (take what is published to it, as an app's push service does).
"""

import asyncio
import base64
import hashlib
import json
import ssl
import sys

import slixmpp
from slixmpp.exceptions import IqError
from slixmpp.xmlstream import ET
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

PUBSUB = "http://jabber.org/protocol/pubsub"


def say(**what):
    print(json.dumps(what), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, carbons=False, token=None, resume=False, plugins=(), hears=(), push_service=False):
        super().__init__(jid, password)
        self.carbons, self.token = carbons, token
        if resume:
            self.register_plugin("xep_0198")
            self.add_event_handler("session_resumed", lambda _: say(event="resumed"))
            self.add_event_handler("disconnected", lambda _: self.connect(*self.place))
        for plugin in ("xep_0030", "xep_0060", "xep_0191", "xep_0199", "xep_0280", *plugins):
            self.register_plugin(plugin)
        self.add_event_handler("vcard_avatar_update", lambda p: say(
            event="hash", jid=p["from"].bare, hash=p["vcard_temp_update"]["photo"]))
        self.add_event_handler("avatar_metadata_publish", lambda m: say(
            event="avatar", jid=m["from"].bare, id=m["pubsub_event"]["items"]["item"]["id"]))
        self.add_event_handler("message_displayed_synchronization_publish", lambda m: say(
            event="shown", chat=m["pubsub_event"]["items"]["item"]["id"]))
        if push_service:
            path = MatchXPath(f"{{jabber:client}}iq/{{{PUBSUB}}}pubsub/{{{PUBSUB}}}publish")
            self.register_handler(Callback("push", path, self.on_push))
        path = MatchXPath("{http://etherx.jabber.org/streams}features")
        self.register_handler(Callback("what is offered", path, self.on_features))
        self.hears = hears
        if hears:
            self.register_plugin("xep_0115")
            self.register_plugin("xep_0163")
            self.add_event_handler("pubsub_publish", self.on_item)
            self.add_event_handler("pubsub_retract", lambda m: say(
                event="item gone", owner=str(m["from"]), node=m["pubsub_event"]["items"]["node"]))
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
        if "xep_0490" in self.plugin:
            # Its plugin says what it wants to hear before it has an address, and nobody hears that.
            self.plugin["xep_0163"].add_interest("urn:xmpp:mds:displayed:0")
        for node in self.hears:
            self.plugin["xep_0163"].add_interest(node)
        if self.hears or "xep_0490" in self.plugin:
            await self.plugin["xep_0115"].update_caps(broadcast=False)
        self.send_presence()
        say(event="ready", jid=self.boundjid.full)

    def on_features(self, features):
        say(event="offered", features=[child.tag for child in features.xml])

    def on_roster(self, _):
        for jid in self.client_roster:
            say(event="contact", jid=jid, subscription=self.client_roster[jid]["subscription"])

    def on_message(self, message):
        if message["type"] in ("chat", "normal") and message["body"]:
            say(event="message", sender=message["from"].bare, body=message["body"])

    def on_item(self, message):
        items = message["pubsub_event"]["items"]
        for item in items.xml.findall("{http://jabber.org/protocol/pubsub#event}item"):
            say(event="item", owner=str(message["from"]), node=items["node"], id=item.get("id"))

    def on_push(self, iq):
        publish = iq.xml.find(f"{{{PUBSUB}}}pubsub/{{{PUBSUB}}}publish")
        fields = {
            field.get("var"): field.findtext("{jabber:x:data}value")
            for field in publish.iterfind(".//{urn:xmpp:push:0}notification/{jabber:x:data}x/{jabber:x:data}field")
        }
        secret = iq.xml.find(f".//{{{PUBSUB}}}publish-options//{{jabber:x:data}}field[@var='secret']")
        say(event="push", sender=str(iq["from"]), node=publish.get("node"), fields=fields,
            secret=secret is not None and secret.findtext("{jabber:x:data}value"))
        iq.reply().send()

    async def enable_push(self, service, node, secret):
        """As an app does: the library has no plugin for it."""
        form = self.plugin["xep_0004"].make_form("submit")
        form.add_field("FORM_TYPE", "hidden", value="http://jabber.org/protocol/pubsub#publish-options")
        form.add_field("secret", value=secret)
        iq = self.Iq(stype="set")
        enable = ET.Element("{urn:xmpp:push:0}enable", jid=service, node=node)
        enable.append(form.xml)
        iq.append(enable)
        await iq.send()
        say(event="push on")

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

    async def about(self, jid):
        """What somebody says of themselves, as service discovery has it."""
        info = (await self.plugin["xep_0030"].get_info(jid, cached=False))["disco_info"]
        forms = {
            field.get("var"): [value.text for value in field.iterfind("{jabber:x:data}value")]
            for field in info.xml.iterfind("{jabber:x:data}x/{jabber:x:data}field")
        }
        identities = [f"{category}/{kind}" for category, kind, _, _ in info["identities"]]
        say(event="about", jid=jid, features=sorted(info["features"]), identities=identities, forms=forms)

    async def access_model(self, node):
        """Of an own node, as its configuration has it; then the node is deleted."""
        found = await self.plugin["xep_0060"].get_node_config(self.boundjid.bare, node)
        model = found["pubsub_owner"]["configure"]["form"].get_values()["pubsub#access_model"]
        await self.plugin["xep_0060"].delete_node(self.boundjid.bare, node)
        say(event="access model", node=node, model=model)

    async def set_avatar(self, data):
        """As a newer app does."""
        await self.plugin["xep_0084"].publish_avatar(data)
        info = {"id": self.plugin["xep_0084"].generate_id(data), "type": "image/png", "bytes": len(data)}
        await self.plugin["xep_0084"].publish_avatar_metadata([info])
        say(event="set", id=info["id"])

    async def set_photo(self, data):
        """As an older app does: its card, read and written as a whole."""
        await self.plugin["xep_0153"].set_avatar(avatar=data, mtype="image/png")
        say(event="set", id=hashlib.sha1(data).hexdigest())

    async def look(self, jid):
        """A person's picture in each form."""
        metadata = await self.plugin["xep_0060"].get_items(jid, "urn:xmpp:avatar:metadata")
        ids = [item["id"] for item in metadata["pubsub"]["items"]]
        data = await self.plugin["xep_0084"].retrieve_avatar(jid, ids[0])
        avatar = data["pubsub"]["items"]["item"]["avatar_data"]["value"]
        card = (await self.plugin["xep_0054"].get_vcard(jid))["vcard_temp"]
        say(event="seen", ids=ids, avatar=text(avatar), photo=text(card["PHOTO"]["BINVAL"]), name=card["FN"])

    async def keep_rooms(self, rooms, method):
        """A list of rooms, in private XML (xep_0049) or in an item (xep_0223)."""
        bookmarks = self.plugin["xep_0048"].stanza.Bookmarks()
        for room in rooms:
            bookmarks.add_conference(room, "R", autojoin=True)
        await self.plugin["xep_0048"].set_bookmarks(bookmarks, method=method)
        say(event="kept", method=method)

    async def rooms(self):
        """The rooms as they are in private XML."""
        found = await self.plugin["xep_0048"].get_bookmarks(method="xep_0049")
        say(event="rooms", rooms=sorted(str(room["jid"]) for room in found["private"]["bookmarks"]["conferences"]))

    async def history(self, page, reverse=False, **filters):
        """All of the archive, or what was asked for, in pages of so many."""
        found = []
        rsm = {"max": page}
        async for message in self.plugin["xep_0313"].iterate(rsm=rsm, reverse=reverse, **filters):
            found.append(message["mam_result"]["forwarded"]["stanza"]["body"])
        say(event="history", found=found)

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
        elif "ask" in command:
            self.send_presence_subscription(command["ask"])
        elif "enable_push" in command:
            await self.enable_push(command["enable_push"], command["node"], command["secret"])
        elif "publish" in command:
            await self.publish(**command)
        elif "page" in command:
            await self.history(**command)
        elif "items_of" in command:
            await self.items(command["items_of"], command["node"])
        elif "about" in command:
            await self.about(command["about"])
        elif "access_model" in command:
            await self.access_model(command["access_model"])
        elif "set_avatar" in command:
            await self.set_avatar(base64.b64decode(command["set_avatar"]))
        elif "set_photo" in command:
            await self.set_photo(base64.b64decode(command["set_photo"]))
        elif "look" in command:
            await self.look(command["look"])
        elif "keep_rooms" in command:
            await self.keep_rooms(command["keep_rooms"], command["method"])
        elif "rooms" in command:
            await self.rooms()
        elif "flag" in command:
            await self.plugin["xep_0490"].flag_chat(command["flag"], command["id"])
            say(event="flagged")
        elif "ping" in command:
            # Everything sent before has been taken when this is answered.
            await self.plugin["xep_0199"].send_ping(self.boundjid.domain)
            say(event="pong", id=command["ping"])


def text(data):
    return base64.b64encode(data).decode()


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
