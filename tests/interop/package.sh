#!/bin/sh
# A Debian machine that is thrown away: this one's files under a layer in memory, a network of its own with nothing but itself.
# Installs the package FILE there, looks at it as an operator would, and removes it.
#   unshare --mount --net sh package.sh FILE
set -eu
say() { echo "== $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

if [ -z "${INSIDE:-}" ]; then
    # $1: the package
    layer=$(mktemp -d)
    mount -t tmpfs -o size=512m,mode=0755 tmpfs "$layer"
    mkdir "$layer/upper" "$layer/work" "$layer/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
    root=$layer/root
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    cp "$1" "$root/tmp/parlour.deb"
    cp "$0" "$root/tmp/package.sh"
    ip link set lo up
    exec chroot "$root" /usr/bin/env -i INSIDE=1 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive sh /tmp/package.sh
fi

owner() { stat -c '%U:%G %a' "$1"; }
is() { [ "$(owner "$1")" = "$2" ] || fail "$1 is $(owner "$1"), not $2"; }

say install
dpkg -i /tmp/parlour.deb
getent passwd parlour >/dev/null || fail 'there is no user'
is /etc/parlour 'root:parlour 750'
is /var/lib/parlour 'parlour:parlour 700'
dpkg --verify parlour || fail 'files are not as packed'
man -w parlour >/dev/null || fail 'no manual page'
[ ! -e /etc/parlour/parlour.toml ] || fail 'a configuration came from nowhere'

say what is missing
if missing=$(parlour check all 2>&1); then fail "nothing is missing? $missing"; fi
echo "$missing"
echo "$missing" | grep -q /etc/parlour/parlour.toml || fail 'it does not say which file is missing'

say as an operator
# No name server here, so that it cannot be looked whether the domain leads to this machine: that is said, and hinders nothing.
parlour setup chat.example.org --name 'Hillside Choir' --yes --no-start --resolver 127.0.0.1:1 || fail 'setup'
is /etc/parlour/parlour.toml 'root:parlour 640'
parlour check config || fail 'what setup wrote is not good'
setpriv --reuid parlour --regid parlour --init-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service \
    parlour serve --config /etc/parlour/parlour.toml > /tmp/serve.log 2>&1 &
server=$!
for _ in $(seq 200); do
    parlour host list >/dev/null 2>&1 && break
    kill -0 $server 2>/dev/null || { cat /tmp/serve.log; fail 'the server ended'; }
    sleep 0.05
done
link=$(parlour owner-link)
echo "$link" | grep -q 'https://chat.example.org/i/' || fail "no owner link: $link"
timeout 10 openssl s_client -connect 127.0.0.1:5223 -servername chat.example.org </dev/null 2>&1 | grep -q 'subject=CN = chat.example.org' \
    || fail 'no TLS for apps'

say a newer version
dpkg -i /tmp/parlour.deb
kill -0 $server || fail 'an upgrade ended it where no systemd was asked'
kill -TERM $server
wait $server || fail "it ended with $?"
is /etc/parlour/parlour.toml 'root:parlour 640'

say remove
dpkg -r parlour
[ -e /var/lib/parlour/parlour.db ] || fail 'what people wrote is gone'
[ -e /etc/parlour/parlour.toml ] || fail 'the configuration is gone'
[ ! -e /usr/bin/parlour ] || fail 'the program is still there'
dpkg -P parlour
[ -e /var/lib/parlour/parlour.db ] || fail 'what people wrote is gone'
say done
