"""What the tests with other people's clients share: a server of our own, clients as processes, a browser.

Everything listens on and talks to 127.0.0.1 only, and only processes started here are ended, by their id.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

import ledger

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# slixmpp comes from PyPI, since Debian 12's 1.8.3 takes TLS 1.3 for an older one in its channel binding; nbxmpp needs
# Debian's GLib.
PROGRAMS = {
    "slixmpp": [str(HERE / "venv" / "bin" / "python"), str(HERE / "client_slixmpp.py")],
    "nbxmpp": ["/usr/bin/python3", str(HERE / "client_nbxmpp.py")],
    "xmppjs": ["node", str(ROOT / "tests" / "browser" / "client_xmppjs.mjs")],
}
PASSWORD = "correct horse battery staple"


class Failed(Exception):
    """A test's expectation that did not come true."""


def target():
    """Cargo's folder for what it builds, and ours for what is worth keeping of a run."""
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def binary():
    """The binary as it is shipped, which `cargo xtask test` has built."""
    path = Path(os.environ.get("PARLOUR_BINARY", target() / "dist" / "parlour"))
    if not path.exists():
        raise Failed(f"{path} is not there; build it first: cargo build --profile dist")
    return path


class Server:
    """A trial, as somebody starts it: in an empty folder, on a terminal. Unless `plain`, it logs all it can.

    `settings` are more lines of its configuration, unless it is `plain`.
    """

    def __init__(self, folder=None, arguments=(), plain=False, settings=""):
        self.folder = Path(folder or tempfile.mkdtemp(prefix="parlour-interop-"))
        self.text = ""
        self.log = ""
        if not plain:
            (self.folder / "loud.toml").write_text(f'[log]\nlevel = "trace"\n{settings}')
            arguments = (*arguments, "--config", "loud.toml")
        self.master, slave = pty.openpty()
        # What is logged is kept apart from what is shown: the owner's link is for the terminal alone.
        log_master, log_slave = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLOUR_")}
        self.process = subprocess.Popen(
            [str(binary()), *arguments], cwd=self.folder, stdin=slave, stdout=slave, stderr=log_slave,
            env=environment, start_new_session=True,
        )
        os.close(slave)
        os.close(log_slave)
        self.log_reader = threading.Thread(target=self._read_log, args=(log_master,), daemon=True)
        self.log_reader.start()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            try:
                chunk = os.read(self.master, 4096)
            except OSError:
                return
            if not chunk:
                return
            self.text += chunk.decode("utf-8", "replace")

    def _read_log(self, master):
        while True:
            try:
                chunk = os.read(master, 4096)
            except OSError:
                return
            if not chunk:
                return
            text = chunk.decode("utf-8", "replace")
            self.log += text
            self.text += text

    def wait_for(self, pattern, seconds=20):
        """Waits until the terminal shows `pattern`; gives the match."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, self.text)
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise Failed(f"the server did not print {pattern!r}; it printed:\n{self.text}")

    def owner_link(self):
        """The link that makes its visitor the owner."""
        link = self.wait_for(r"(http://\S+/i/[0-9A-Za-z]{26})").group(1)
        ledger.note("the owner's token", link.rsplit("/", 1)[1])
        return link

    def port(self, what):
        """The port of `STARTTLS` or `TLS`, as printed."""
        return int(self.wait_for(r"localhost:(\d+) \(" + what + r"\)").group(1))

    def web_socket(self):
        """Where browsers' clients connect."""
        return self.wait_for(r"web\s+http(://\S+)").group(1).join(("ws", "/xmpp-websocket"))

    def account(self, name):
        """Makes an account; gives its address."""
        self.port("STARTTLS")
        self.command("account", "create", f"{name}@localhost", "--password-stdin", stdin=PASSWORD)
        return f"{name}@localhost"

    def command(self, *arguments, stdin=""):
        """Runs a command of the same binary beside the running server; gives what it printed."""
        done = subprocess.run(
            [str(binary()), *arguments], cwd=self.folder, input=stdin, capture_output=True, text=True, timeout=30,
        )
        if done.returncode != 0:
            raise Failed(f"parlour {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        ledger.note("a password", stdin)
        ledger.note_output(done.stdout)
        ledger.keep("command", done.stderr)
        return done.stdout

    def kill(self):
        """As a power cut does."""
        self.process.kill()
        self.process.wait(10)

    def stop(self):
        """As an operator does; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failed("SIGTERM did not end the server within 15 s") from None
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log_reader.join(5)
        ledger.keep("log", self.log)
        ledger.keep_files(self.folder / "parlour-data")


class Client:
    """A client somebody else wrote, as a process of its own that takes and gives JSON lines."""

    def __init__(self, kind, jid, password, port, **options):
        """`port` of 127.0.0.1, or a WebSocket's URL; `options` as the client's program takes them."""
        self.name = f"{kind} as {jid}"
        self.events = []
        self.condition = threading.Condition()
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [*PROGRAMS[kind], jid, "127.0.0.1", str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, bufsize=1,
        )
        threading.Thread(target=self._read, daemon=True).start()
        ledger.note("a password", password)
        ledger.note("a token", options.get("token"))
        # By standard input, so that it stands in no list of processes.
        self.send(password=password, **options)

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            with self.condition:
                self.events.append(event)
                self.condition.notify_all()

    def send(self, **what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def expect(self, seconds=20, **what):
        """Waits for an event that has all of `what`; gives it."""
        end = time.monotonic() + seconds
        with self.condition:
            while True:
                for event in self.events:
                    if all(event.get(k) == v for k, v in what.items()):
                        return event
                left = end - time.monotonic()
                if left <= 0 or not self.condition.wait(left):
                    self.errors.seek(0)
                    raise Failed(f"{self.name}: no {what}; saw {self.events}\n{self.errors.read()[-3000:]}")

    def once(self, **what):
        """Forgets the events that have all of `what`."""
        with self.condition:
            self.events[:] = [e for e in self.events if not all(e.get(k) == v for k, v in what.items())]

    def forget(self):
        """What was seen until now is not seen any more."""
        with self.condition:
            self.events.clear()

    def count(self, **what):
        """How many events have had all of `what` until now."""
        with self.condition:
            return sum(all(event.get(k) == v for k, v in what.items()) for event in self.events)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Profanity:
    """profanity, a client for terminals, at a terminal and in a home of its own."""

    def __init__(self, jid, password, port):
        self.home = tempfile.TemporaryDirectory(prefix="parlour-profanity-")
        place = Path(self.home.name) / ".local" / "share" / "profanity"
        place.mkdir(parents=True)
        # The trial's certificate is self-signed.
        (place / "accounts").write_text(
            f"[{jid}]\nenabled=true\njid={jid}\nresource=profanity\nserver=127.0.0.1\nport={port}\n"
            f"password={password}\ntls.policy=trust\n"
        )
        self.text = ""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
        environment = {"HOME": self.home.name, "PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            ["profanity", "--account", jid], stdin=slave, stdout=slave, stderr=slave,
            env=environment, start_new_session=True,
        )
        os.close(slave)

    def wait_for(self, pattern, seconds=20):
        """Waits until the terminal has shown `pattern`."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise Failed(f"profanity did not show {pattern!r}: {self.text[-3000:]!r}")
            try:
                chunk = os.read(self.master, 4096)
            except OSError:
                raise Failed(f"profanity ended: {self.text[-3000:]!r}") from None
            self.text += chunk.decode("utf-8", "replace")

    def type(self, line):
        os.write(self.master, line.encode() + b"\r")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        os.close(self.master)
        self.home.cleanup()


class Wire:
    """A way to a port that can be cut and mended: what is connected is lost without a word, what connects waits.

    `loses` names the directions, `up` to the port and `down` from it, in which everything is swallowed until it is cut.
    `go_dead` leaves what is connected open and silent, as a phone does that has gone to another network; `hang_up` lets the
    client notice it, and the server not.
    """

    def __init__(self, port):
        self.to = port
        self.whole = threading.Event()
        self.whole.set()
        self.loses = set()
        self.ends = []
        self.near = set()
        self.dead = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.whole.wait()
            far = socket.create_connection(("127.0.0.1", self.to))
            with self.lock:
                self.ends += [near, far]
                self.near.add(near)
            for one, other, direction in ((near, far, "up"), (far, near, "down")):
                threading.Thread(target=self._carry, args=(one, other, direction), daemon=True).start()

    def _carry(self, one, other, direction):
        try:
            while data := one.recv(65536):
                if direction not in self.loses and one not in self.dead:
                    other.sendall(data)
        except OSError:
            pass
        self._shut(() if one in self.dead else (one, other))

    @staticmethod
    def _shut(ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def hang_up(self):
        with self.lock:
            ends = self.near & self.dead
        self._shut(ends)

    def go_dead(self):
        """What is connected now carries nothing any more and is not closed; what connects later is carried."""
        with self.lock:
            self.dead |= set(self.ends)

    def cut(self):
        self.whole.clear()
        with self.lock:
            ends, self.ends = self.ends, []
            self.dead.clear()
            self.near.clear()
        self._shut(ends)
        self.loses.clear()

    def mend(self):
        self.whole.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.whole.set()
        self.cut()
        self.listener.close()


def browser(script, *arguments, seconds=120, show=False):
    """Runs a script of tests/browser with node; gives the JSON object on its last line, and shows the lines before."""
    done = subprocess.run(
        ["node", str(ROOT / "tests" / "browser" / script), *map(str, arguments)],
        capture_output=True, text=True, timeout=seconds,
    )
    if done.returncode != 0:
        raise Failed(f"{script}: {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    *lines, last = done.stdout.strip().splitlines()
    if show:
        print("\n".join(lines), flush=True)
    return json.loads(last)
