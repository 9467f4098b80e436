-- What newcomers come in by: Debian's prosody-modules, beside Prosody's own.
plugin_paths = { "@DIR@/plugins" }
allow_registration = true
registration_invite_only = true
allow_user_invites = true
site_name = "@HOST@"
http_interfaces = { "127.0.0.1" }
http_ports = { @HTTP@ }
https_interfaces = { "127.0.0.1" }
https_ports = { @HTTPS@ }
http_default_host = "@HOST@"
http_external_url = "https://@HOST@/"
invites_page = "https://@HOST@/invites_page?{invite.token}"
