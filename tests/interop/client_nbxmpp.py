"""nbxmpp (the library of Gajim) as a process: commands in, events out, a JSON object a line. STARTTLS, then SCRAM."""

import json
import sys

import gi

from gi.repository import GLib  # noqa: E402
from nbxmpp.client import Client  # noqa: E402
from nbxmpp.const import ConnectionProtocol, ConnectionType  # noqa: E402
from nbxmpp.protocol import JID, Message, Presence  # noqa: E402
from nbxmpp.structs import OMEMOBundle, StanzaHandler  # noqa: E402


def say(**what):
    print(json.dumps(what), flush=True)


class Peer:
    def __init__(self, jid, password, address, port):
        jid = JID.from_string(jid)
        self.callbacks = []
        self.client = Client(log_context="test")
        self.client.set_domain(jid.domain)
        self.client.set_username(jid.localpart)
        self.client.set_resource("nbxmpp")
        self.client.set_password(password)
        self.client.set_ignore_tls_errors(True)  # the trial's certificate is self-signed
        self.client.set_custom_host(f"{address}:{port}", ConnectionProtocol.TCP, ConnectionType.START_TLS)
        self.client.subscribe("connected", self.connected)
        self.client.subscribe("disconnected", self.disconnected)
        self.client.subscribe("resume-successful", lambda *_: say(event="resumed"))
        self.client.subscribe("resume-failed", lambda *_: say(event="not resumed"))
        self.client.register_handler(StanzaHandler(name="message", callback=self.on_message))
        self.client.register_handler(StanzaHandler(name="presence", callback=self.on_presence))
        self.client.register_handler(StanzaHandler(name="iq", callback=self.on_iq, typ="set", ns="jabber:iq:roster"))
        self.client.connect()

    def connected(self, *_):
        self.client.get_module("Roster").request_roster(None, callback=self.on_roster)

    def disconnected(self, *_):
        say(event="disconnected", error=str(self.client.get_error()))
        if self.client.resumeable:
            # From the loop, since this is still on its way out.
            GLib.idle_add(self.client.connect)

    def on_roster(self, task):
        roster = task.finish()
        for item in roster.items:
            say(event="contact", jid=str(item.jid), subscription=item.subscription)
        self.client.send_stanza(Presence())
        say(event="ready", jid=str(self.client.get_bound_jid()))

    def on_iq(self, _client, _stanza, properties):
        item = properties.roster.item
        say(event="contact", jid=str(item.jid), subscription=item.subscription)

    def on_message(self, _client, _stanza, properties):
        if properties.is_mam_message:
            say(event="archived", body=properties.body, id=properties.mam.id)
        elif properties.body:
            say(event="message", sender=str(properties.jid.bare), body=properties.body)

    def on_presence(self, _client, _stanza, properties):
        if properties.type.is_available:
            say(event="online", jid=str(properties.jid.bare))

    def history(self, page, after=None):
        """One page of the archive; its messages come before the answer."""
        jid = self.client.get_bound_jid().new_as_bare()

        def finished(task):
            try:
                found = task.finish()
            except Exception as error:  # of a stanza, or of what was read
                say(event="failed", error=f"{error!r}: {error}")
            else:
                say(event="page", complete=found.complete, last=found.rsm.last)

        self.callbacks.append(finished)
        self.client.get_module("MAM").make_query(jid, queryid="q", max_=page, after=after, callback=finished)

    def encryption(self, command):
        """OMEMO's two kinds of node, as Gajim keeps and reads them."""
        omemo = self.client.get_module("OMEMO")
        device = command.get("device")
        if "devices" in command:
            omemo.set_devicelist(command["devices"], callback=self.told("published", what="devices"))
        elif "bundle" in command:
            key = command["bundle"].encode()
            bundle = OMEMOBundle(
                spk={"key": key, "id": 1}, spk_signature=key, ik=key, otpks=[{"key": key, "id": n} for n in range(100)])
            omemo.set_bundle(bundle, device, callback=self.told("published", what=device))
        elif "devices_of" in command:
            omemo.request_devicelist(command["devices_of"], callback=self.told("devices", jid=command["devices_of"]))
        elif "bundle_of" in command:
            omemo.request_bundle(
                command["bundle_of"], device, callback=self.told("bundle", jid=command["bundle_of"], device=device))

    def told(self, event, **what):
        def finished(task):
            try:
                found = task.finish()
            except Exception as error:  # of a stanza, or of what was read
                say(event="failed", error=f"{error!r}: {error}", **what)
                return
            if isinstance(found, OMEMOBundle):
                found = {"key": found.ik.decode(), "prekeys": len(found.otpks)}
            say(event=event, found=found if event != "published" else None, **what)

        self.callbacks.append(finished)  # the library holds it weakly
        return finished

    def obey(self, channel, _condition):
        line = channel.readline()
        if not line:
            loop.quit()
            return False
        command = json.loads(line)
        if "to" in command:
            self.client.send_stanza(Message(to=command["to"], body=command["body"], typ="chat"))
            say(event="sent", body=command["body"])
        elif "page" in command:
            self.history(**command)
        else:
            self.encryption(command)
        return True


loop = GLib.MainLoop()
peer = Peer(sys.argv[1], json.loads(sys.stdin.readline())["password"], sys.argv[2], int(sys.argv[3]))
GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, lambda *_: peer.obey(sys.stdin, None))
loop.run()
