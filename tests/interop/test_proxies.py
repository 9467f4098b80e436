"""The recipes for web servers in front (crates/cli/src/setup/proxies), each run by the program it is for, as Debian has it.

What a recipe names of a real machine (ports under 1024, a certificate's place) is put elsewhere; all else is as it stands.
"""

import base64
import http.client
import os
import re
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import ledger
from harness import PASSWORD, ROOT, Failed, binary

RECIPES = ROOT / "crates/cli/src/setup/proxies"
DOMAIN = "chat.example.org"
# Somebody at an address that is no proxy's.
SOMEBODY = "127.0.0.7"


def free_port():
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return asking.getsockname()[1]


def say(path, text):
    path.write_text(text)
    return path


class Service:
    """`parlour serve` for a real domain, behind a proxy on this machine."""

    def __init__(self, folder, apps=False):
        self.folder, self.apps = folder, apps
        self.ports = {name: free_port() for name in ("c2s", "c2s_tls", "web")}
        listen = "".join(f'{name} = ["127.0.0.1:{port}"]\n' for name, port in self.ports.items())
        proxied = 'use_proxy_protocol = ["c2s", "c2s_tls"]\n' if apps else ""
        self.config = say(folder / "parlour.toml", (
            f'domain = "{DOMAIN}"\ndata_dir = "{folder}/data"\ntrusted_proxies = ["127.0.0.1"]\n'
            f'[listen]\n{listen}local = []\n{proxied}[log]\nlevel = "trace"\n'
        ))
        self.log = folder / "parlour.log"

    def __enter__(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLOUR_")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [binary(), "serve", "--config", self.config], stdout=log, stderr=log, env=environment,
            )
        for port in self.ports.values():
            wait_open(port, self.process, self.log)
        return self

    def __exit__(self, *_):
        end(self.process)
        ledger.keep("log", self.log.read_text(errors="replace"))
        ledger.keep_files(self.folder / "data")

    def command(self, *words, stdin=""):
        done = subprocess.run(
            [binary(), *words, "--config", self.config], input=stdin, capture_output=True, text=True, timeout=30,
        )
        if done.returncode != 0:
            raise Failed(f"parlour {words}: {done.stdout}{done.stderr}")
        ledger.note_output(done.stdout)
        return done.stdout

    def wait_for(self, pattern, seconds=10):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = re.search(pattern, self.log.read_text(errors="replace"))
            if found:
                return found
            time.sleep(0.02)
        raise Failed(f"not in the log: {pattern}\n{self.log.read_text(errors='replace')[-3000:]}")


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def wait_open(port, process, log):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Failed(f"nothing listens on {port}\n{log.read_text(errors='replace')[-3000:]}")


def certificate(folder):
    """A certificate of the domain's, as `fullchain.pem` and `privkey.pem`, and both in one file."""
    key, chain = folder / "privkey.pem", folder / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}", "-keyout", key, "-out", chain],
        check=True, capture_output=True, timeout=60,
    )
    say(folder / "both.pem", chain.read_text() + key.read_text())
    return chain


class Proxy:
    """A program others wrote, with one of our recipes, in the foreground."""

    def __init__(self, folder, words, ports):
        self.log, self.words, self.ports = folder / "proxy.log", [str(word) for word in words], ports

    def __enter__(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.words, stdout=log, stderr=log, cwd=self.log.parent,
                env={**os.environ, "HOME": str(self.log.parent), "XDG_DATA_HOME": str(self.log.parent)},
            )
        for port in self.ports:
            wait_open(port, self.process, self.log)
        return self

    def __exit__(self, *_):
        end(self.process)


def recipe(name, service, ports, **others):
    """A recipe with this machine's ports and files in place of those it names."""
    text = (RECIPES / name).read_text()
    for here, there in {"127.0.0.1:5280": f"127.0.0.1:{service.ports['web']}", **others}.items():
        if here not in text:
            raise Failed(f"{name} does not say {here!r}")
        text = text.replace(here, there)
    return text


def nginx(folder, service, plain, secure):
    certificate(folder)
    text = recipe("nginx.conf", service, (plain, secure), **{
        "listen 80;": f"listen 127.0.0.1:{plain};", "listen [::]:80;": "",
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;", "listen [::]:443 ssl;": "",
        f"/etc/letsencrypt/live/{DOMAIN}": str(folder),
    })
    say(folder / "nginx.conf", nginx_frame(folder, f"http {{\n{nginx_places(folder)}{text}}}\n"))
    return ["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-e", folder / "nginx-errors.log"]


def nginx_places(folder):
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return f"access_log {folder}/access.log;\n" + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)


def nginx_frame(folder, text):
    # As root it would run its workers as somebody who cannot read the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    return f"{user}daemon off;\npid {folder}/nginx.pid;\nworker_processes 1;\nevents {{}}\n{text}"


def haproxy(folder, service, plain, secure):
    certificate(folder)
    text = recipe("haproxy.cfg", service, (plain, secure), **{
        "bind :::80 v4v6": f"bind 127.0.0.1:{plain}", "bind :::443 v4v6": f"bind 127.0.0.1:{secure}",
        f"/etc/haproxy/certs/{DOMAIN}.pem": str(folder / "both.pem"),
    })
    say(folder / "haproxy.cfg", HAPROXY_DEFAULTS + text)
    return ["/usr/sbin/haproxy", "-db", "-f", folder / "haproxy.cfg"]


# What Debian's /etc/haproxy/haproxy.cfg begins with, as far as it matters.
HAPROXY_DEFAULTS = "defaults\n    timeout connect 5s\n    timeout client 50s\n    timeout server 50s\n\n"


def apache(folder, service, plain, secure):
    certificate(folder)
    text = recipe("apache.conf", service, (plain, secure), **{
        "<VirtualHost *:80>": f"<VirtualHost 127.0.0.1:{plain}>",
        "<VirtualHost *:443>": f"<VirtualHost 127.0.0.1:{secure}>",
        f"/etc/letsencrypt/live/{DOMAIN}": str(folder),
    })
    first = "\n".join(text.splitlines()[:3])
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "socache_shmcb", "ssl", "proxy", "proxy_http", "proxy_wstunnel", "headers",
                     "alias")
    )
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    say(folder / "apache.conf", (
        f"ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/apache.pid\nErrorLog {folder}/errors.log\n"
        f"ServerName {DOMAIN}\n{user}{modules}Listen 127.0.0.1:{plain}\nListen 127.0.0.1:{secure}\n{text}"
    ))
    if DOMAIN not in first:
        raise Failed(f"the recipe begins otherwise: {first}")
    return ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", folder / "apache.conf"]


def caddy(folder, service, plain, secure):
    certificate(folder)
    # It would ask a public authority for its certificate: here it signs one itself, and its ports are others.
    options = (
        f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n\tskip_install_trust\n\tlocal_certs\n"
        "\tdefault_bind 127.0.0.1\n}\n"
    )
    say(folder / "Caddyfile", options + recipe("Caddyfile", service, (plain, secure)))
    return ["/usr/bin/caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


def secure_socket(port, source=SOMEBODY):
    context = ssl.create_default_context()
    # Whether its certificate is good is not what is asked here.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    plain = socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(source, 0))
    return context.wrap_socket(plain, server_hostname=DOMAIN)


def ask(stream, path, **headers):
    connection = http.client.HTTPConnection(DOMAIN)
    connection.sock = stream
    connection.request("GET", path, headers={"Host": DOMAIN, **headers})
    answer = connection.getresponse()
    return answer, answer.read().decode("utf-8", "replace")


def plain_socket(port):
    return socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(SOMEBODY, 0))


def web_socket_features(port):
    """Opens an XMPP stream in a WebSocket (RFC 7395), by hand; gives the stream features."""
    stream = secure_socket(port)
    key = base64.b64encode(os.urandom(16)).decode()
    stream.sendall((
        f"GET /xmpp-websocket HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n"
    ).encode())
    came = b""
    while b"\r\n\r\n" not in came:
        came += receive(stream)
    head, came = came.split(b"\r\n\r\n", 1)
    if b" 101 " not in head.splitlines()[0]:
        raise Failed(f"no WebSocket: {head.decode()}")
    opening = f"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{DOMAIN}' version='1.0'/>".encode()
    mask = os.urandom(4)
    stream.sendall(bytes([0x81, 0x80 | len(opening)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(opening)))
    while b"stream:features>" not in came:
        came += receive(stream)
    stream.close()
    return came.decode("utf-8", "replace")


def receive(stream):
    got = stream.recv(65536)
    if not got:
        raise Failed("the connection ended")
    return got


def walk_through(name):
    """What people and apps need of a web server in front."""
    with tempfile.TemporaryDirectory(prefix=f"parlour-{name}-") as folder:
        folder = Path(folder)
        # Apache's own user looks in.
        folder.chmod(0o755)
        with Service(folder) as service:
            link = re.search(r"https://\S+", service.command("owner-link")).group(0)
            ledger.note("the owner's token", link.rsplit("/", 1)[1])
            if not link.startswith(f"https://{DOMAIN}/i/"):
                raise Failed(link)
            plain, secure = free_port(), free_port()
            words = {"nginx": nginx, "haproxy": haproxy, "apache": apache, "caddy": caddy}[name](
                folder, service, plain, secure
            )
            with Proxy(folder, words, (plain, secure)):
                path = link.removeprefix(f"https://{DOMAIN}")
                answer, page = ask(secure_socket(secure), path)
                if answer.status != 200 or "<form" not in page or answer.getheader("strict-transport-security") is None:
                    raise Failed(f"{answer.status} {answer.getheaders()}\n{page[:2000]}")
                # Who it is, is what the proxy says, and not what somebody says of themselves.
                answer, _ = ask(secure_socket(secure), "/me/sign-in", **{"X-Forwarded-For": "203.0.113.66"})
                service.wait_for(r'path[^\n]*/me/sign-in[^\n]*client=127\.0\.0\.7')
                if "203.0.113.66" in service.log.read_text(errors="replace"):
                    raise Failed("a forged address was believed")
                # Nor can anybody claim TLS: over plain http there is only the way to https.
                answer, _ = ask(plain_socket(plain), path, **{"X-Forwarded-Proto": "https"})
                if answer.status not in (301, 308) or answer.getheader("location") != link:
                    raise Failed(f"{answer.status} {answer.getheader('location')}")
                # Nobody has asked for a certificate, so there is nothing there; but it is Parlour that says so.
                answer, _ = ask(plain_socket(plain), "/.well-known/acme-challenge/nothing")
                if answer.status != 404:
                    raise Failed(f"{answer.status}")
                service.wait_for(r"path=/\.well-known/acme-challenge/nothing")
                features = web_socket_features(secure)
                # TLS ends at the proxy, so there is nothing that a sign-in could be bound to (RFC 5802 §6).
                if "SCRAM-SHA-256" not in features or "-PLUS" in features:
                    raise Failed(features)


def test_nginx_in_front():
    walk_through("nginx")


def test_haproxy_in_front():
    walk_through("haproxy")


def test_apache_in_front():
    walk_through("apache")


def test_caddy_in_front():
    walk_through("caddy")


def apps_through(words_of, name):
    """Apps come through a proxy that passes bytes on: signed in by a TLS connection that ends here."""
    with tempfile.TemporaryDirectory(prefix=f"parlour-{name}-apps-") as folder:
        folder = Path(folder)
        with Service(folder, apps=True) as service:
            ledger.note("a password", PASSWORD)
            service.command("account", "create", f"anna@{DOMAIN}", "--password-stdin", stdin=PASSWORD)
            ports = free_port(), free_port()
            with Proxy(folder, words_of(folder, service, ports), ports):
                for port, secure in zip(ports, (False, True)):
                    features = open_stream(port, secure)
                    if secure and "SCRAM-SHA-256-PLUS" not in features:
                        raise Failed(f"the TLS is the app's own, and yet: {features}")
                    if not secure and "starttls" not in features:
                        raise Failed(features)
                # Somebody who comes past the proxy, from another address, speaks for themselves.
                features = open_stream(service.ports["c2s"], False)
                if "starttls" not in features:
                    raise Failed(features)
                # Without the header the proxy's own address gets no answer.
                with socket.create_connection(("127.0.0.1", service.ports["c2s"]), timeout=10) as stream:
                    stream.sendall(HEADER.encode())
                    try:
                        if stream.recv(100):
                            raise Failed("answered without a PROXY header")
                    except ConnectionResetError:
                        pass
                service.wait_for("does not begin with a PROXY header")


HEADER = f"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='{DOMAIN}' version='1.0'>"


def open_stream(port, secure):
    stream = secure_apps_socket(port) if secure else plain_socket(port)
    with stream:
        stream.sendall(HEADER.encode())
        came = b""
        while b"stream:features>" not in came:
            came += receive(stream)
        return came.decode("utf-8", "replace")


def secure_apps_socket(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain_socket(port), server_hostname=DOMAIN)


def test_apps_through_haproxy():
    def words(folder, service, ports):
        text = recipe_of_apps("haproxy-apps.cfg", service, {
            "bind :::5222 v4v6": f"bind 127.0.0.1:{ports[0]}", "bind :::5223 v4v6": f"bind 127.0.0.1:{ports[1]}",
        })
        say(folder / "haproxy.cfg", HAPROXY_DEFAULTS + text)
        return ["/usr/sbin/haproxy", "-db", "-f", folder / "haproxy.cfg"]

    apps_through(words, "haproxy")


def test_apps_through_nginx():
    def words(folder, service, ports):
        text = recipe_of_apps("nginx-apps.conf", service, {
            "listen 5222;": f"listen 127.0.0.1:{ports[0]};", "listen [::]:5222;": "",
            "listen 5223;": f"listen 127.0.0.1:{ports[1]};", "listen [::]:5223;": "",
        })
        module = "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n"
        say(folder / "nginx.conf", module + nginx_frame(folder, text))
        return ["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-e", folder / "nginx-errors.log"]

    apps_through(words, "nginx")


def recipe_of_apps(name, service, others):
    text = (RECIPES / name).read_text()
    others = {**others, "127.0.0.1:15222": f"127.0.0.1:{service.ports['c2s']}",
              "127.0.0.1:15223": f"127.0.0.1:{service.ports['c2s_tls']}"}
    for here, there in others.items():
        if here not in text:
            raise Failed(f"{name} does not say {here!r}")
        text = text.replace(here, there)
    return text
