"""A phone that is lost is woken by its push service, which learns nothing else (XEP-0357)."""

from harness import PASSWORD, Client, Failed, Server, Wire


def test_slixmpp_is_woken_when_it_is_lost_and_misses_nothing():
    with Server() as server:
        romeo, juliet, service = server.account("romeo"), server.account("juliet"), server.account("service")
        port = server.port("STARTTLS")
        secret = "eruio234vzxc2kla-91"
        with Wire(port) as wire, Client("slixmpp", service, PASSWORD, port, push_service=True) as app, \
                Client("slixmpp", romeo, PASSWORD, port) as other, \
                Client("slixmpp", juliet, PASSWORD, wire.port, resume=True) as phone:
            where = app.expect(event="ready")["jid"]
            other.expect(event="ready")
            phone.expect(event="ready")
            # Only whom one may write requests to can be one's push service.
            phone.send(ask=service)
            app.expect(event="contact", jid=juliet, subscription="both")
            phone.expect(event="contact", jid=service, subscription="both")
            phone.send(enable_push=where, node="n1", secret=secret)
            phone.expect(event="push on")
            other.send(to=juliet, body="while she is there")
            phone.expect(event="message", body="while she is there")
            # What it has not acknowledged when it is lost would wake it too.
            phone.send(ping=0)
            phone.expect(event="pong", id=0)

            wire.cut()
            other.send(to=juliet, body="are you asleep?")
            told = app.expect(event="push")
            wanted = {"FORM_TYPE": "urn:xmpp:push:summary", "message-count": "1"}
            if (told["sender"], told["node"], told["fields"], told["secret"]) != ("localhost", "n1", wanted, secret):
                raise Failed(f"the service was told {told}")
            other.send(ping=1)
            other.expect(event="pong", id=1)
            app.send(ping=1)
            app.expect(event="pong", id=1)
            if app.count(event="push") != 1:
                raise Failed(f"woken {app.count(event='push')} times: {app.events}")

            wire.mend()
            phone.expect(event="resumed")
            phone.expect(event="message", body="are you asleep?")
            other.send(to=juliet, body="good morning")
            phone.expect(event="message", body="good morning")
            for body in ("while she is there", "are you asleep?", "good morning"):
                if phone.count(event="message", body=body) != 1:
                    raise Failed(f"{body!r} came {phone.count(event='message', body=body)} times: {phone.events}")
            if app.count(event="push") != 1:
                raise Failed(f"woken though it was there: {app.events}")
            # It is kept beside the messages themselves; no log has it, not the loudest.
            if secret in server.log:
                raise Failed("the push service's secret is in the log")
