"""What other people's clients do with what they find here, each with what it is known for."""

import json

import ledger
from harness import PASSWORD, Client, Failed, Profanity, Server, Wire


def slixmpp(server, jid, **options):
    return Client("slixmpp", jid, PASSWORD, server.port("STARTTLS"), **options)


def test_a_web_client_chats_over_websocket():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with Client("xmppjs", romeo, PASSWORD, server.web_socket()) as web, slixmpp(server, juliet) as other:
            web.expect(event="ready")
            other.expect(event="ready")
            web.send(to=juliet, body="By a pane of glass.")
            other.expect(event="message", sender=romeo, body="By a pane of glass.")
            other.send(to=romeo, body="<By & by>")
            web.expect(event="message", sender=juliet, body="<By & by>")


def test_a_web_client_comes_back_without_its_password():
    agent = "d4565fa7-4d72-4749-b3d3-740edbf87770"
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with Client("xmppjs", romeo, PASSWORD, server.web_socket(), agent=agent) as web:
            token = web.expect(event="token")
            ledger.note("a device's token", token["token"])
            place = web.expect(event="ready")["jid"]
        returning = {key: token[key] for key in ("mechanism", "token", "expiry")}
        with slixmpp(server, juliet) as other:
            other.expect(event="ready")
            other.send(to=romeo, body="While you were away.")
            with Client("xmppjs", romeo, "", server.web_socket(), agent=agent, fast=returning) as web:
                web.expect(event="authenticates", **{"with": "HT-SHA-256-NONE"})
                if web.expect(event="ready")["jid"] != place:
                    raise Failed("it has not got its place back")
                web.expect(event="message", sender=juliet, body="While you were away.")
        # Switched off and on again, it wants the password.
        server.command("account", "disable", romeo)
        server.command("account", "enable", romeo)
        with Client("xmppjs", romeo, "", server.web_socket(), agent=agent, fast=returning) as web:
            web.expect(event="authenticates", **{"with": "HT-SHA-256-NONE"})
            web.expect(event="error")
            if web.count(event="ready"):
                raise Failed("a token outlived its account's rest")


def test_an_invite_registers_in_band_and_both_are_contacts():
    with Server() as server:
        romeo = server.account("romeo")
        made = json.loads(server.command("invite", "contact", romeo, "--allow-registration", "--json"))
        with slixmpp(server, romeo) as one:
            one.expect(event="ready")
            with slixmpp(server, "juliet@localhost", token=made["token"]) as two:
                form = two.expect(event="form")
                if not {"username", "password"} <= set(form["fields"]):
                    raise Failed(f"the form asks for {form['fields']}")
                two.expect(event="registered")
                two.expect(event="ready")
                two.expect(event="contact", jid=romeo, subscription="both")
                one.expect(event="contact", jid="juliet@localhost", subscription="both")
                one.expect(event="online", jid="juliet@localhost")
                two.expect(event="online", jid=romeo)


def test_a_cut_connection_is_resumed_and_nothing_comes_twice():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with Wire(server.port("STARTTLS")) as wire, \
                Client("nbxmpp", juliet, PASSWORD, wire.port) as cut, slixmpp(server, romeo) as other:
            cut.expect(event="ready")
            other.expect(event="ready")
            other.send(to=juliet, body="before")
            cut.expect(event="message", body="before")
            wire.cut()
            cut.expect(event="disconnected")
            for n in range(3):
                other.send(to=juliet, body=f"meanwhile {n}")
            other.send(ping=1)
            other.expect(event="pong", id=1)
            wire.mend()
            cut.expect(event="resumed")
            other.send(to=juliet, body="after")
            cut.expect(event="message", body="after")
            for body in ("before", "meanwhile 0", "meanwhile 1", "meanwhile 2", "after"):
                if cut.count(event="message", body=body) != 1:
                    raise Failed(f"{body!r} came {cut.count(event='message', body=body)} times: {cut.events}")
            cut.send(to=romeo, body="still here")
            other.expect(event="message", sender=juliet, body="still here")


def comes_back_over_a_dead_wire(kind, **options):
    """A client leaves its network three times, and the server hears nothing of it but from the client's next connection."""
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with Wire(server.port("STARTTLS")) as wire, \
                Client(kind, juliet, PASSWORD, wire.port, **options) as phone, slixmpp(server, romeo) as other:
            phone.expect(event="ready")
            other.expect(event="ready")
            said = []
            for n in range(3):
                wire.go_dead()
                for word in ("one", "two"):
                    said.append(f"{word} {n}")
                    other.send(to=juliet, body=said[-1])
                other.send(ping=n)
                other.expect(event="pong", id=n)
                phone.send(to=romeo, body=f"from a tunnel {n}")
                wire.hang_up()
                phone.expect(event="resumed")
                phone.expect(event="message", body=said[-1])
                other.expect(event="message", body=f"from a tunnel {n}")
                phone.once(event="resumed")
            for body in said:
                if phone.count(event="message", body=body) != 1:
                    raise Failed(f"{body!r} came {phone.count(event='message', body=body)} times: {phone.events}")
            for n in range(3):
                if other.count(event="message", body=f"from a tunnel {n}") != 1:
                    raise Failed(f"it came {other.count(event='message', body=f'from a tunnel {n}')} times: {other.events}")


def test_gajims_library_comes_back_over_a_dead_wire():
    comes_back_over_a_dead_wire("nbxmpp")


def test_slixmpp_comes_back_over_a_dead_wire():
    comes_back_over_a_dead_wire("slixmpp", resume=True)


def test_a_terminals_client_comes_back_over_a_dead_wire():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with Wire(server.port("STARTTLS")) as wire, Profanity(romeo, PASSWORD, wire.port) as terminal, \
                slixmpp(server, juliet) as other:
            other.expect(event="ready")
            terminal.wait_for("logged in successfully")
            terminal.type("/reconnect 1")
            terminal.type(f"/msg {juliet} Before the tunnel.")
            other.expect(event="message", sender=romeo, body="Before the tunnel.")
            wire.go_dead()
            other.send(to=romeo, body="Into the tunnel.")
            other.send(ping=1)
            other.expect(event="pong", id=1)
            wire.hang_up()
            terminal.wait_for("Into the tunnel", seconds=40)
            terminal.type(f"/msg {juliet} Out of the tunnel.")
            other.expect(event="message", sender=romeo, body="Out of the tunnel.")


def test_what_a_client_sent_into_a_dying_connection_arrives_once():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with Wire(server.port("STARTTLS")) as wire, \
                Client("nbxmpp", juliet, PASSWORD, wire.port) as cut, slixmpp(server, romeo) as other:
            cut.expect(event="ready")
            other.expect(event="ready")
            # The server never sees it, and the client has to send it again.
            wire.loses.add("up")
            cut.send(to=romeo, body="lost on the way")
            cut.expect(event="sent", body="lost on the way")
            wire.cut()
            cut.expect(event="disconnected")
            wire.mend()
            cut.expect(event="resumed")
            other.expect(event="message", sender=juliet, body="lost on the way")
            # The server has it, but the client cannot know before it resumes.
            cut.forget()
            wire.loses.add("down")
            cut.send(to=romeo, body="never acknowledged")
            other.expect(event="message", sender=juliet, body="never acknowledged")
            wire.cut()
            cut.expect(event="disconnected")
            wire.mend()
            cut.expect(event="resumed")
            cut.send(to=romeo, body="after")
            other.expect(event="message", sender=juliet, body="after")
            for body in ("lost on the way", "never acknowledged", "after"):
                if other.count(event="message", body=body) != 1:
                    raise Failed(f"{body!r} came {other.count(event='message', body=body)} times: {other.events}")


def test_carbons_reach_the_other_device():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with slixmpp(server, romeo, carbons=True) as phone, slixmpp(server, romeo, carbons=True) as laptop, \
                slixmpp(server, juliet) as other:
            address = phone.expect(event="ready")["jid"]
            laptop.expect(event="ready")
            other.expect(event="ready")
            phone.send(to=juliet, body="from the phone")
            other.expect(event="message", sender=romeo, body="from the phone")
            laptop.expect(event="carbon", direction="sent", sender=romeo, body="from the phone")
            other.send(to=address, body="to the phone")
            phone.expect(event="message", sender=juliet, body="to the phone")
            laptop.expect(event="carbon", direction="received", sender=juliet, body="to the phone")
            if phone.count(event="carbon"):
                raise Failed(f"the phone has a carbon of its own: {phone.events}")


def test_a_blocked_contact_is_not_heard():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with slixmpp(server, romeo) as one, slixmpp(server, juliet) as two:
            one.expect(event="ready")
            two.expect(event="ready")
            one.send(block=juliet)
            one.expect(event="blocked", jids=[juliet])
            two.send(to=romeo, body="unheard")
            two.expect(event="refused", sender=romeo, condition="service-unavailable")
            one.send(unblock=juliet)
            one.expect(event="unblocked")
            two.send(to=romeo, body="heard again")
            one.expect(event="message", sender=juliet, body="heard again")
            if one.count(event="message", body="unheard"):
                raise Failed("a blocked contact was heard")


def test_a_terminals_client_chats():
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        with Profanity(romeo, PASSWORD, server.port("STARTTLS")) as terminal, slixmpp(server, juliet) as other:
            other.expect(event="ready")
            terminal.wait_for("logged in successfully")
            terminal.type(f"/msg {juliet} In letters alone.")
            other.expect(event="message", sender=romeo, body="In letters alone.")
            other.send(to=romeo, body="So be it.")
            terminal.wait_for("So be it")
