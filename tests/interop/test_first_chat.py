"""An invite that becomes an account, a first contact and a first message, as people live it."""

from harness import Client, Failed, Server, browser


def test_first_chat():
    with Server(plain=True) as server:
        told = browser("journey.mjs", server.owner_link())
        port = server.port("STARTTLS")
        owner, friend = f"{told['owner']}@localhost", f"{told['friend']}@localhost"
        with Client("slixmpp", owner, told["password"], port) as one, \
                Client("nbxmpp", friend, told["password"], port) as two:
            one.expect(event="ready")
            two.expect(event="ready")
            one.expect(event="contact", jid=friend, subscription="both")
            two.expect(event="contact", jid=owner, subscription="both")
            one.expect(event="online", jid=friend)
            two.expect(event="online", jid=owner)
            one.send(to=friend, body="Art thou there?")
            two.expect(event="message", sender=owner, body="Art thou there?")
            two.send(to=owner, body="Ay, and here.")
            one.expect(event="message", sender=friend, body="Ay, and here.")
        log = server.text
        if f"{friend} joined" not in log and "joined" not in log:
            raise Failed(f"the log does not tell who joined:\n{log}")
        if told["invite"].rsplit("/", 1)[1] in log:
            raise Failed("the log holds a token")
        if server.stop() != 0:
            raise Failed(f"the server ended with {server.process.returncode}\n{server.text}")
