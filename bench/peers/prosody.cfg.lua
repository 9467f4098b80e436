-- Prosody as it is measured beside Parlour: Debian's package with its own defaults, an archive for everybody, and nothing
-- that a chat between two accounts does not pass. Words between @ are filled in by bench/src/peers.rs, which leaves out the
-- lines that end in "full" where a bench wants no more than messages.

run_as_root = true
pidfile = "@DIR@/prosody.pid"
data_path = "@DIR@/data"
admin_socket = "@DIR@/prosody.sock"
log = { warn = "@DIR@/log" }
@STORAGE@

modules_enabled = {
	"disco"; "roster"; "saslauth"; "tls"; "admin_shell";
	"blocklist"; "bookmarks"; "carbons"; "pep"; "private"; "smacks"; "vcard4"; "vcard_legacy"; -- full
	"csi_simple"; "ping"; "time"; "uptime"; "version"; "mam"; -- full
	@MODULES@
}
@DOORS@
modules_disabled = { "s2s"; "s2s_auth_certs" }

authentication = "internal_hashed"
password_hash = "SHA-256"
default_archive_policy = true
c2s_require_encryption = true

c2s_interfaces = { "127.0.0.1" }
c2s_ports = { @C2S@ }
c2s_direct_tls_interfaces = { "127.0.0.1" }
c2s_direct_tls_ports = { @C2S_TLS@ }
network_settings = { tcp_backlog = 1024 }
ssl = { key = "@KEY@"; certificate = "@CERTIFICATE@" }

VirtualHost "@HOST@"
