"""What people show of themselves and keep for their own devices, written by one app and read by others in the form they
know (XEP-0398, XEP-0402, XEP-0411, XEP-0490)."""

import base64
import hashlib
import struct

from harness import PASSWORD, Client, Failed, Server

NEWER, OLDER = ["xep_0084"], ["xep_0054", "xep_0153"]
ROOMS = ["xep_0048", "xep_0049", "xep_0223"]
BOOKMARKS = "urn:xmpp:bookmarks:1"


def picture(side):
    """The beginning of a PNG, which is all that is looked at."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", side, side) + b"\x08\x06\0\0\0"


def slixmpp(server, jid, plugins):
    return Client("slixmpp", jid, PASSWORD, server.port("STARTTLS"), plugins=plugins)


def friends(server):
    romeo, juliet = server.account("romeo"), server.account("juliet")
    server.command("group", "create", "localhost", "Lovers", "--contacts")
    for member in (romeo, juliet):
        server.command("group", "add", member, "Lovers")
    return romeo, juliet


def test_a_picture_set_in_either_form_is_seen_in_both():
    with Server() as server:
        romeo, juliet = friends(server)
        with slixmpp(server, juliet, NEWER) as newer, slixmpp(server, juliet, OLDER) as older, \
                slixmpp(server, romeo, NEWER) as one, slixmpp(server, romeo, OLDER) as other, \
                slixmpp(server, romeo, NEWER + ["xep_0054"]) as both:
            for client in (newer, older, one, other, both):
                client.expect(event="ready")
            for side, setter, command in ((64, newer, "set_avatar"), (96, older, "set_photo"), (32, newer, "set_avatar")):
                image = picture(side)
                name, shown = hashlib.sha1(image).hexdigest(), base64.b64encode(image).decode()
                setter.send(**{command: shown})
                setter.expect(event="set", id=name)
                one.expect(event="avatar", jid=juliet, id=name)
                other.expect(event="hash", jid=juliet, hash=name)
                both.send(look=juliet)
                both.expect(event="seen", ids=[name], avatar=shown, photo=shown)


def test_rooms_are_the_same_for_apps_of_every_age():
    with Server() as server:
        romeo = server.account("romeo")
        with slixmpp(server, romeo, ROOMS) as older, slixmpp(server, romeo, []) as newer, \
                slixmpp(server, romeo, []) as newest:
            for client in (older, newer, newest):
                client.expect(event="ready")
            first, then = ["a@rooms.example", "b@rooms.example"], ["c@rooms.example"]
            for method, rooms, reader in (("xep_0049", first, newer), ("xep_0223", then, newest)):
                older.send(keep_rooms=rooms, method=method)
                older.expect(event="kept", method=method)
                reader.send(items_of=romeo, node=BOOKMARKS)
                found = reader.expect(event="items", node=BOOKMARKS)["items"]
                if sorted(found) != rooms:
                    raise Failed(f"{rooms} were to be there: {found}")
            options = {"access_model": "whitelist", "persist_items": "1", "max_items": "max",
                       "send_last_published_item": "never"}
            newer.send(publish=BOOKMARKS, id="d@rooms.example", xml="<conference xmlns='urn:xmpp:bookmarks:1'/>",
                       options=options)
            newer.expect(event="published", id="d@rooms.example")
            older.send(rooms=True)
            older.expect(event="rooms", rooms=["c@rooms.example", "d@rooms.example"])


def test_what_one_device_has_shown_the_other_knows():
    with Server() as server:
        romeo, juliet = friends(server)
        with slixmpp(server, romeo, ["xep_0490"]) as phone, slixmpp(server, romeo, ["xep_0490"]) as laptop:
            for client in (phone, laptop):
                client.expect(event="ready")
            phone.send(flag=juliet, id="7")
            phone.expect(event="flagged")
            laptop.expect(event="shown", chat=juliet)
