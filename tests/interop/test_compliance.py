"""What the tester of compliance.conversations.im looks for, asked in its way and at its places.

Its tests of what is not built are left out: group chats (xep0045, xep0313muc, vcard_muc), xep0065, xep0363, stun and turn; and
what a trial on this machine has not: xep0368 looks into DNS, and xep0156 wants https.
"""

from harness import PASSWORD, Client, Failed, Server

OMEMO = "eu.siacs.conversations.axolotl"
PUBLISH_OPTIONS = "http://jabber.org/protocol/pubsub#publish-options"

# Its name for it: what the stream offers, once signed in.
OFFERED = {
    "roster_versioning": "{urn:xmpp:features:rosterver}ver",
    "xep0115": "{http://jabber.org/protocol/caps}c",
    "xep0198": "{urn:xmpp:sm:3}sm",
    "xep0352": "{urn:xmpp:csi:0}csi",
}
# What the host says of itself, and what one's own account does.
ON_HOST = {"xep0160": "msgoffline", "xep0191": "urn:xmpp:blocking", "xep0280": "urn:xmpp:carbons:2"}
ON_ACCOUNT = {
    "xep0313": "urn:xmpp:mam:2",
    "xep0357": "urn:xmpp:push:0",
    "xep0398": "urn:xmpp:pep-vcard-conversion:0",
    "xep0411": "urn:xmpp:bookmarks-conversion:0",
}


def opens_its_keys(client):
    """Whether a node becomes open to everybody by its first item's publishing, as keys for encryption need it."""
    node = f"{OMEMO}.55d9e6fa-2cc8-4fd6-a16c-3f6c7f2fdd0f"
    client.send(publish=node, id="current", xml=f"<bundle xmlns='{OMEMO}'/>", options={"access_model": "open"})
    client.expect(event="published", node=node)
    client.send(access_model=node)
    return client.expect(event="access model", node=node)["model"] == "open"


def test_the_tester_of_compliance_finds_what_is_built():
    with Server(settings='[contact]\nabuse = ["mailto:abuse@example.org"]\n') as server:
        romeo = server.account("romeo")
        with Client("slixmpp", romeo, PASSWORD, server.port("STARTTLS"), plugins=["xep_0048", "xep_0049"]) as client:
            client.expect(event="ready")
            client.send(about="localhost")
            client.send(about=romeo)
            host, own = client.expect(event="about", jid="localhost"), client.expect(event="about", jid=romeo)
            offers = [event["features"] for event in client.events if event["event"] == "offered"]
            client.send(keep_rooms=["a@rooms.example"], method="xep_0049")
            client.expect(event="kept", method="xep_0049")
            client.send(rooms=True)
            found = {name: tag in offers[-1] for name, tag in OFFERED.items()}
            found |= {name: feature in host["features"] for name, feature in ON_HOST.items()}
            found |= {name: feature in own["features"] for name, feature in ON_ACCOUNT.items()}
            found["xep0049"] = client.expect(event="rooms")["rooms"] == ["a@rooms.example"]
            found["xep0163"] = "pubsub/pep" in own["identities"]
            found["xep0384"] = PUBLISH_OPTIONS in own["features"] and opens_its_keys(client)
            found["abuse-contact"] = host["forms"].get("abuse-addresses") == ["mailto:abuse@example.org"]
            # Offered before signing in, where an invite is to be shown.
            found["xep0077"] = any("{http://jabber.org/features/iq-register}register" in offer for offer in offers[:-1])
        print("there: " + ", ".join(sorted(name for name, there in found.items() if there)))
        if not all(found.values()):
            raise Failed(f"missing: {sorted(name for name, there in found.items() if not there)}; {host}; {own}; {offers}")
