"""What other people's clients keep with their account for others and for their own devices (XEP-0163)."""

from harness import PASSWORD, Client, Failed, Profanity, Server

DEVICES = "eu.siacs.conversations.axolotl.devicelist"
BOOKMARKS = "urn:xmpp:bookmarks:1"
PRIVATE = {"access_model": "whitelist", "persist_items": "1", "max_items": "max", "send_last_published_item": "never"}


def slixmpp(server, jid):
    return Client("slixmpp", jid, PASSWORD, server.port("STARTTLS"))


def nbxmpp(server, jid):
    return Client("nbxmpp", jid, PASSWORD, server.port("STARTTLS"))


def until(times, act, look):
    """Does `act` again until `look` no longer fails."""
    for left in reversed(range(times)):
        act()
        try:
            return look()
        except Failed:
            if not left:
                raise


def test_keys_for_encryption_are_there_for_whoever_writes_first():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with nbxmpp(server, romeo) as owner, nbxmpp(server, juliet) as reader, slixmpp(server, juliet) as other:
            for client in (owner, reader, other):
                client.expect(event="ready")
            owner.send(devices=[7, 23])
            owner.expect(event="published", what="devices")
            owner.send(device=23, bundle="a key")
            owner.expect(event="published", what=23)
            # They are no contacts: both read it all the same, since whoever writes first needs it.
            reader.send(devices_of=romeo)
            reader.expect(event="devices", jid=romeo, found=[7, 23])
            reader.send(bundle_of=romeo, device=23)
            reader.expect(event="bundle", jid=romeo, found={"key": "a key", "prekeys": 100})
            other.send(items_of=romeo, node=DEVICES)
            found = other.expect(event="items", node=DEVICES)["items"]
            if list(found) != ["current"] or "23" not in found["current"]:
                raise Failed(f"one item with both devices was to be there: {found}")


def test_a_node_that_is_not_open_is_made_so_by_its_app():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with slixmpp(server, romeo) as older, nbxmpp(server, romeo) as newer, slixmpp(server, juliet) as reader:
            for client in (older, newer, reader):
                client.expect(event="ready")
            xml = "<list xmlns='eu.siacs.conversations.axolotl'><device id='1'/></list>"
            older.send(publish=DEVICES, id="current", xml=xml, options={"access_model": "presence"})
            older.expect(event="published", node=DEVICES)
            reader.send(items_of=romeo, node=DEVICES)
            reader.expect(event="no items", node=DEVICES, condition="service-unavailable")
            older.send(publish=DEVICES, id="current", xml=xml, options={"access_model": "open"})
            older.expect(event="not published", node=DEVICES, condition="conflict")
            # Gajim's library asks for the configuration, sets it and publishes again.
            newer.send(devices=[1, 2])
            newer.expect(event="published", what="devices")
            reader.send(items_of=romeo, node=DEVICES)
            found = reader.expect(event="items", node=DEVICES)["items"]
            if "2" not in found.get("current", ""):
                raise Failed(f"the new list was to be there: {found}")


def test_bookmarks_are_for_ones_own_devices():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with slixmpp(server, romeo) as phone, slixmpp(server, romeo) as laptop, slixmpp(server, juliet) as other:
            for client in (phone, laptop, other):
                client.expect(event="ready")
            for room in ("balcony@rooms.example", "orchard@rooms.example"):
                phone.send(publish=BOOKMARKS, id=room, xml="<conference xmlns='urn:xmpp:bookmarks:1'/>", options=PRIVATE)
                phone.expect(event="published", id=room)
            laptop.send(items_of=romeo, node=BOOKMARKS)
            found = laptop.expect(event="items", node=BOOKMARKS)["items"]
            if sorted(found) != ["balcony@rooms.example", "orchard@rooms.example"]:
                raise Failed(f"both rooms were to be there: {found}")
            other.send(items_of=romeo, node=BOOKMARKS)
            other.expect(event="no items", node=BOOKMARKS, condition="service-unavailable")


def test_contacts_hear_what_they_want_to_hear():
    tune, mood = "http://jabber.org/protocol/tune", "http://jabber.org/protocol/mood"
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        server.command("group", "create", "localhost", "Lovers", "--contacts")
        for member in (romeo, juliet):
            server.command("group", "add", member, "Lovers")
        port = server.port("STARTTLS")
        with slixmpp(server, romeo) as owner, Client("slixmpp", juliet, PASSWORD, port, hears=[tune]) as contact:
            owner.expect(event="ready")
            contact.expect(event="ready")
            for node, name in ((mood, "mood"), (tune, "tune")):
                owner.send(publish=node, id="first", xml=f"<{name} xmlns='{node}'/>", options={})
                owner.expect(event="published", node=node, id="first")
            contact.expect(event="item", owner=romeo, node=tune, id="first")
            # A device that comes later is told the last of it, with nobody publishing again.
            with Client("slixmpp", juliet, PASSWORD, port, hears=[mood, tune]) as late:
                for node in (mood, tune):
                    late.expect(event="item", owner=romeo, node=node, id="first")
            if any(event.get("node") == mood for event in contact.events):
                raise Failed(f"it has not asked for moods: {contact.events}")


def test_two_terminals_speak_in_secret():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        server.command("group", "create", "localhost", "Lovers", "--contacts")
        for member in (romeo, juliet):
            server.command("group", "add", member, "Lovers")
        port = server.port("STARTTLS")
        with Profanity(romeo, PASSWORD, port) as one, Profanity(juliet, PASSWORD, port) as two, \
                Client("slixmpp", juliet, PASSWORD, port, carbons=True) as watching:
            watching.expect(event="ready")
            for terminal in (one, two):
                terminal.wait_for("logged in successfully")
                terminal.type("/omemo trustmode blind")
                terminal.type("/omemo gen")
            for terminal in (one, two):
                # Its list of devices came back to it, as an item or an event.
                terminal.wait_for("Blind trust for", 60)
            one.type(f"/omemo start {juliet}")
            one.wait_for(r"\[.{0,20}OMEMO")
            # It fetches the other's keys, and says nothing when it has them: what is typed before is not sent.
            until(5, lambda: one.type("By the orchard wall."),
                  lambda: two.wait_for(r"chat message: romeo@localhost/profanity", 3))
            two.type("/win 2")
            two.wait_for(r"By the orchard wall\.")
            # The other device, which has no key, got the same.
            if watching.expect(sender=romeo)["body"] == "By the orchard wall.":
                raise Failed("what was to be encrypted was readable")
