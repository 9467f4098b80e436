"""`parlour setup` as root on a machine of its own: /etc, /var/lib and /usr/local are layers over this machine's, the network
is one of its own, and what stands in for systemctl starts the service as its user.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import ledger
from harness import Failed, binary

DOMAIN = "chat.example.org"

# Runs in the namespaces. What it mounts and starts there is gone with them.
MACHINE = r"""
set -e
ip link set lo up
ip address add 198.18.0.1/32 dev lo
mount -t tmpfs tmpfs "$WORK"
for folder in etc var/lib usr/local; do
    layer="$WORK/$(echo $folder | tr / _)"
    mkdir -p "$layer/new" "$layer/work"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$layer/new,workdir=$layer/work" "/$folder"
done
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system "$WORK/bin"
rm -rf /etc/nginx /etc/apache2 /etc/caddy /etc/haproxy /etc/traefik /etc/parlour /var/lib/parlour /etc/systemd/system/parlour.service
sed -i '/^parlour:/d' /etc/passwd /etc/group /etc/shadow
install "$BINARY" /usr/local/bin/parlour
cat > "$WORK/bin/systemctl" <<'END'
#!/bin/bash
echo "$*" >> "$WORK/systemctl"
if [ "$1" = enable ]; then
    [ ! -e "$WORK/broken" ] || { echo "Job for parlour.service failed." >&2; exit 1; }
    setsid setpriv --reuid parlour --regid parlour --clear-groups --inh-caps +net_bind_service \
        --ambient-caps +net_bind_service $(sed -n 's/^ExecStart=//p' /etc/systemd/system/parlour.service) \
        > "$WORK/log" 2>&1 &
    for _ in $(seq 200); do [ -S /var/lib/parlour/run/socket ] && exit 0; sleep 0.05; done
    exit 1
fi
END
chmod +x "$WORK/bin/systemctl"
export PATH="$WORK/bin:$PATH"
cd /
python3 -c "$NAMES" &
"""

# A name server at 127.0.0.1:5353 that knows one address of one name, once the file `record` is there, and nothing else.
NAMES = r"""
import os, socket
door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.bind(("127.0.0.1", 5353))
while True:
    asked, whom = door.recvfrom(4096)
    end = asked.index(b"\0", 12) + 5
    name, kind = asked[12:end - 5].lower(), asked[end - 4:end - 2]
    known = os.path.exists(os.environ["WORK"] + "/record") and name == b"\4chat\7example\3org" and kind == b"\0\1"
    head = asked[:2] + (b"\x81\x80" if known else b"\x81\x83") + b"\0\1" + (b"\0\1" if known else b"\0\0") + b"\0\0\0\0"
    answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x12\0\1" if known else b""
    door.sendto(head + asked[12:end] + answer, whom)
"""


def on_a_machine(script):
    """What the script prints, run as root on a machine of its own; nothing where that is not to be had."""
    if os.geteuid() != 0:
        print("       (skipped: it takes root)", flush=True)
        return None
    with tempfile.TemporaryDirectory(prefix="parlour-setup-") as work:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLOUR_")}
        environment.update(WORK=work, NAMES=NAMES, BINARY=str(Path(binary()).resolve()))
        words = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "bash", "-c", MACHINE + script]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, env=environment)
        if done.returncode != 0:
            raise Failed(f"{done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        ledger.note_output(done.stdout)
        return done.stdout


def parts(text):
    """What stands after each line `== NAME`."""
    found, name = {}, None
    for line in text.splitlines(keepends=True):
        if line.startswith("== "):
            name = line[3:].strip()
            found[name] = ""
        elif name:
            found[name] += line
    return found


def expect(there, what):
    if not there:
        raise Failed(what)


def test_setup_makes_a_service():
    """User, folders, configuration, unit; the service once the name leads here; a broken start is told and gone on from."""
    said = on_a_machine(r"""
        echo "== early"
        parlour setup chat.example.org --name "Hillside Choir" --contact choir@example.org --json --resolver 127.0.0.1:5353
        touch "$WORK/broken" "$WORK/record"
        echo "== broken"
        parlour setup --resolver 127.0.0.1:5353 2>&1 || echo "exit $?"
        rm "$WORK/broken"
        echo "== report"
        parlour setup --yes --json --wait-dns 1m --resolver 127.0.0.1:5353
        echo "== rights"
        stat -c '%n %A %U %G' /etc/parlour /etc/parlour/parlour.toml /var/lib/parlour /var/lib/parlour/parlour.db
        echo "== calls"
        cat "$WORK/systemctl"
        echo "== ports"
        parlour check ports --json
    """)
    if said is None:
        return
    said = parts(said)
    early = json.loads(said["early"])
    expect(not early["started"] and len(early["wrote"]) == 3, early)
    expect(any("before the name leads here" in left for left in early["not_done"]), early)
    expect("the service did not start" in said["broken"] and "exit 1" in said["broken"], said["broken"])
    report = json.loads(said["report"])
    expect(report["started"] and not report["wrote"] and len(report["kept"]) == 3, report)
    expect(report["owner_link"].startswith(f"https://{DOMAIN}/i/"), report)
    found = {finding["id"] for finding in report["findings"]}
    # Nobody gives a certificate to a machine in the dark, and that is said too.
    expect("dns-here" in found and found & {"tls-refused", "tls-waiting"}, report)
    # The range for such tests (RFC 2544) is nobody's, and as good as public.
    expect(f"{DOMAIN} A 198.18.0.1" in report["dns"]["lines"], report["dns"])
    expect(said["rights"].splitlines() == [
        "/etc/parlour drwxr-x--- root parlour",
        "/etc/parlour/parlour.toml -rw-r----- root parlour",
        "/var/lib/parlour drwx------ parlour parlour",
        "/var/lib/parlour/parlour.db -rw------- parlour parlour",
    ], said["rights"])
    calls = said["calls"].splitlines()
    expect(calls == ["daemon-reload", "enable --now parlour.service"] * 2, calls)
    ports = json.loads(said["ports"])
    expect(ports["ok"] and {found["id"] for found in ports["findings"]} == {"ports-ours"}, ports)


def test_setup_leaves_a_web_server_its_ports():
    """nginx has 80: the pages stand behind it, and it takes the lines that setup prints for it."""
    said = on_a_machine(r"""
        mkdir -p /etc/nginx/conf.d "$WORK/nginx"
        echo "events {} http { server { listen 80 default_server; } include /etc/nginx/conf.d/*.conf; }" > /etc/nginx/nginx.conf
        nginx -g "pid $WORK/nginx/pid; error_log $WORK/nginx/log;"
        touch "$WORK/record"
        echo "== report"
        parlour setup chat.example.org --yes --json --resolver 127.0.0.1:5353 | tee "$WORK/report"
        mkdir -p /etc/letsencrypt/live/chat.example.org
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=chat.example.org \
            -keyout /etc/letsencrypt/live/chat.example.org/privkey.pem \
            -out /etc/letsencrypt/live/chat.example.org/fullchain.pem 2>/dev/null
        python3 -c 'import json, sys; r = json.load(sys.stdin)["web_server"]["recipes"][0]; open(r["file"], "w").write(r["block"])' < "$WORK/report"
        nginx -g "pid $WORK/nginx/pid; error_log $WORK/nginx/log;" -s reload
        link=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["owner_link"])' < "$WORK/report")
        echo "== page"
        echo "127.0.0.1 chat.example.org" >> /etc/hosts
        for _ in $(seq 50); do
            python3 -c 'import ssl, sys, urllib.request as r; print(r.urlopen(sys.argv[1], context=ssl._create_unverified_context()).status)' \
                "$link" > "$WORK/status" 2>/dev/null && break
            sleep 0.1
        done
        cat "$WORK/status"
        echo
        echo "== taken"
        python3 -c 'import socket; s = socket.socket(); s.bind(("0.0.0.0", 15223)); s.listen(); input()' < <(sleep 20) &
        sleep 0.5
        parlour setup other.example.org --yes --json --prefix "$WORK/try" --port-offset 10000 --resolver 127.0.0.1:5353
        kill %1 "$(cat "$WORK/nginx/pid")"
    """)
    if said is None:
        return
    said = parts(said)
    report = json.loads(said["report"])
    expect(report["web_server"]["name"] == "nginx", report)
    expect(report["started"] and any(f["id"] == "machine-web-server" for f in report["findings"]), report)
    expect(said["page"].strip() == "200", said["page"])
    taken = [f for f in json.loads(said["taken"])["findings"] if f["id"] == "ports-taken"]
    expect(len(taken) == 1 and taken[0]["says"].startswith("python3 (process "), said["taken"])
