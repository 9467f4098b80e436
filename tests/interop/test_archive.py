"""What other people's clients find of what was said before they came (XEP-0313, XEP-0059)."""

from harness import PASSWORD, Client, Failed, Profanity, Server


def slixmpp(server, jid):
    return Client("slixmpp", jid, PASSWORD, server.port("STARTTLS"), plugins=["xep_0059", "xep_0313"])


def spoken(server, romeo, juliet, lines, missed):
    """What Romeo says to Juliet, who is away for the last so many lines."""
    heard = len(lines) - missed
    with slixmpp(server, romeo) as one:
        one.expect(event="ready")
        with slixmpp(server, juliet) as other:
            other.expect(event="ready")
            for line in lines[:heard]:
                one.send(to=juliet, body=line)
                other.expect(event="message", body=line)
        for line in lines[heard:]:
            one.send(to=juliet, body=line)
        one.send(ping=1)
        one.expect(event="pong", id=1)


def test_a_client_that_comes_back_finds_all_that_was_said_page_by_page():
    lines = [f"line {n}" for n in range(11)]
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        spoken(server, romeo, juliet, lines, missed=6)
        with slixmpp(server, juliet) as back:
            back.expect(event="ready")
            for wish in ({}, {"with_jid": romeo}):
                back.send(page=3, **wish)
                found = back.expect(event="history")["found"]
                if found != lines:
                    raise Failed(f"{wish} found {found}")
                back.forget()
            back.send(page=4, reverse=True)
            found = back.expect(event="history")["found"]
            if found != lines[::-1]:
                raise Failed(f"backwards it found {found}")


def test_gajims_library_catches_up_from_the_last_it_has():
    lines = [f"line {n}" for n in range(7)]
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        spoken(server, romeo, juliet, lines, missed=4)
        with Client("nbxmpp", juliet, PASSWORD, server.port("STARTTLS")) as back:
            back.expect(event="ready")
            last, found = None, []
            for complete, size in ((False, 3), (False, 3), (True, 1)):
                back.send(page=3, after=last)
                page = back.expect(event="page")
                got = [event["body"] for event in back.events if event.get("event") == "archived"]
                if page["complete"] != complete or len(got) != size:
                    raise Failed(f"{page} with {got}")
                found += got
                last = page["last"]
                back.forget()
            if found != lines:
                raise Failed(f"found {found}")


def test_a_terminals_client_shows_what_was_said_elsewhere():
    """profanity looks for the archive at the host, and asks for it when a chat is opened."""
    with Server() as server:
        romeo, juliet = server.account("romeo"), server.account("juliet")
        port = server.port("STARTTLS")
        with Client("slixmpp", romeo, PASSWORD, port) as phone, Client("slixmpp", juliet, PASSWORD, port) as other:
            phone.expect(event="ready")
            other.expect(event="ready")
            other.send(to=romeo, body="Said to the phone.")
            phone.expect(event="message", sender=juliet, body="Said to the phone.")
            phone.send(to=juliet, body="Answered there.")
            other.expect(event="message", sender=romeo, body="Answered there.")
        with Profanity(romeo, PASSWORD, port) as terminal:
            terminal.wait_for("logged in successfully")
            terminal.type("/mam on")
            terminal.wait_for("Message Archive Management enabled")
            # It asks nothing before it has heard what the host can do, which it does not show.
            for seconds in (2, 4, 8):
                terminal.type(f"/msg {juliet}")
                try:
                    terminal.wait_for("Said to the phone", seconds)
                    break
                except Failed:
                    terminal.type("/close")
            terminal.wait_for("Said to the phone")
            terminal.wait_for("Answered there")
