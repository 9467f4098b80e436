//! What a web server in front is told, from the files that the guide shows.

use std::net::SocketAddr;

use serde::Serialize;

use crate::machine::WebServer;

/// What stands in the files for the domain.
const DOMAIN: &str = "chat.example.org";
/// What stands in the files for the address of the pages.
const PAGES: &str = "127.0.0.1:5280";

/// What to do with one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recipe {
    /// Which web server.
    pub server: &'static str,
    /// Where the lines go.
    pub file: String,
    /// The lines.
    pub block: String,
    /// What to type before and after.
    pub steps: Vec<String>,
}

/// The file that is shown for a web server.
pub fn template(server: WebServer) -> &'static str {
    match server {
        WebServer::Nginx => include_str!("proxies/nginx.conf"),
        WebServer::Apache => include_str!("proxies/apache.conf"),
        WebServer::Caddy => include_str!("proxies/Caddyfile"),
        WebServer::HaProxy => include_str!("proxies/haproxy.cfg"),
        WebServer::Traefik => include_str!("proxies/traefik.yaml"),
    }
}

/// What to tell `server`, for a domain whose pages are at `pages`.
pub fn recipe(server: WebServer, domain: &str, pages: SocketAddr) -> Recipe {
    let whole = template(server).replace(DOMAIN, domain).replace(PAGES, &pages.to_string());
    let (first, block) = whole.split_once('\n').unwrap_or_default();
    let file = first.trim_start_matches('#').trim().to_owned();
    let steps: &[&str] = match server {
        WebServer::Nginx => &[
            "sudo certbot certonly --nginx -d DOMAIN",
            "put the lines into FILE",
            "sudo nginx -t && sudo systemctl reload nginx",
        ],
        WebServer::Apache => &[
            "sudo certbot certonly --apache -d DOMAIN",
            "put the lines into FILE",
            "sudo a2enmod proxy proxy_http headers ssl && sudo a2ensite parlour",
            "sudo apachectl configtest && sudo systemctl reload apache2",
        ],
        WebServer::Caddy => &["add the lines to FILE", "sudo systemctl reload caddy"],
        WebServer::HaProxy => &[
            "put the certificate and its key, one after the other, into /etc/haproxy/certs/DOMAIN.pem",
            "add the lines to FILE: those of your own frontends for 80 and 443, where you have them, and the backend",
            "sudo haproxy -c -f /etc/haproxy/haproxy.cfg && sudo systemctl reload haproxy",
        ],
        WebServer::Traefik => &[
            "put the lines into FILE, in the folder that your file provider watches",
            "use the names that your entry points and your resolver have; a resolver that proves by tlsChallenge leaves \
             Parlour its own way",
        ],
    };
    let steps = steps.iter().map(|step| step.replace("DOMAIN", domain).replace("FILE", &file)).collect();
    Recipe { server: server.name(), file, block: block.to_owned(), steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_where_it_goes_and_nothing_of_the_example_stays() {
        let pages: SocketAddr = "127.0.0.1:5281".parse().expect("an address");
        for server in WebServer::ALL {
            let recipe = recipe(server, "choir.example.net", pages);
            assert!(recipe.file.starts_with("/etc/"), "{recipe:?}");
            let all = format!("{}{}{}", recipe.block, recipe.file, recipe.steps.join(""));
            assert!(!all.contains(DOMAIN) && !all.contains(PAGES), "{all}");
            assert!(all.contains("choir.example.net") && all.contains("127.0.0.1:5281"), "{all}");
            assert!(all.contains("/.well-known/acme-challenge"), "{all}");
        }
    }
}
