//! The trial: `parlour` without a command. A server on this machine (or, with `--lan`, this network), with nothing to
//! configure, that ends in a link to become its owner.

use std::io::IsTerminal as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use parlour_domain::{By, Door, HostName, Role};
use parlour_engine::AccountQuery;
use parlour_engine::invites::IssueError;
use parlour_net::{Bound, ListenOptions, ListenerKind, Listeners, LocalSocket, Ports};
use parlour_web::Exposure;

use crate::args::{Common, Trial};
use crate::commands::{own_name, qr, say};
use crate::config::Config;
use crate::house::{self, House, Plan};
use crate::{client, signals};

/// The trial's data directory, where none is named.
pub const DATA_DIR: &str = "parlour-data";

/// What the trial's pages call the place: "localhost" would mean nothing to whoever is invited.
const SITE_NAME: &str = "The Parlour";

/// Runs the trial until it is told to stop.
///
/// # Errors
/// In words for whoever typed it.
pub async fn run(trial: &Trial, common: &Common) -> anyhow::Result<()> {
    let mut config = match &common.config {
        Some(path) => Config::load(path)?,
        None => Config::default(),
    };
    if common.config.is_none() {
        // The greeting comes first; what happens to people after it.
        config.log.level = "warn".into();
    }
    let log = crate::logging::start(&config.log)?;
    let mut stops = signals::Stops::new();
    crate::system::open_many_files();
    let data_dir =
        common.data_dir.clone().or_else(|| config.data_dir.clone()).unwrap_or_else(|| PathBuf::from(DATA_DIR));
    if client::answers(&house::socket_path(&data_dir)).await {
        anyhow::bail!(
            "a server is running here already, with its data in {}.\n\
             To invite someone, leave it running and type: {} invite create",
            data_dir.display(),
            own_name()
        );
    }
    let lock = house::lock(&data_dir, Duration::from_secs(5))?;

    let own_hosts = !config.hosts().is_empty();
    let (address, name) = whereabouts(trial.lan)?;
    let listen = if own_hosts { config.listen.clone() } else { doors(trial.lan) };
    let ports = if own_hosts { Ports::Exact } else { Ports::FreeIfTaken };
    let mut listeners = Listeners::new(&config.limits);
    for (kind, addresses) in [
        (ListenerKind::C2s, &listen.c2s),
        (ListenerKind::C2sTls, &listen.c2s_tls),
        (ListenerKind::Web, &listen.web),
        (ListenerKind::WebTls, &listen.web_tls),
    ] {
        listeners.bind(kind, addresses, ports)?;
    }
    let bound: Vec<Bound> = listeners.bound().collect();
    let port = |kind| bound.iter().find(|b| b.kind == kind).map_or(0, |b| b.addr.port());
    let exposure = match (own_hosts, trial.lan) {
        (true, _) => Exposure::Service,
        (false, true) => Exposure::Lan,
        (false, false) => Exposure::Trial,
    };
    let mut plan = Plan::new(&config, data_dir.clone(), exposure)?;
    if !own_hosts {
        let host = HostName::parse(&name).with_context(|| format!("{name} cannot be a domain"))?;
        plan = plan.with_host(host, SITE_NAME);
    }
    let hosts: Vec<HostName> = plan.file.hosts.keys().cloned().collect();
    let socket = LocalSocket::bind(&house::socket_path(&data_dir))?;
    let house = House::open(plan, lock).await?;
    if !own_hosts {
        for host in &hosts {
            let public_url = format!("http://{}:{}", shown(address, &name), port(ListenerKind::Web));
            house.set_public_url(host, public_url).await?;
        }
    }

    greet(trial.lan, &data_dir, &name, &bound, port(ListenerKind::C2s), port(ListenerKind::C2sTls), &house, &hosts);
    for host in &hosts {
        welcome(&house, host, trial.lan).await?;
    }
    if !own_hosts {
        say("");
        if !trial.lan {
            say(&format!("For a friend's phone on your own network: {} --lan", own_name()));
        }
        say("From here to a domain of your own: parlour setup DOMAIN (docs/guide/from-trial-to-domain.md)");
    }
    say("Ctrl-C stops it; nothing is lost.\n");
    if common.config.is_none() {
        // Who was invited and who joined, and what went wrong.
        log.set_level("warn,parlour::people=info")?;
    }

    let told = async {
        stops.next().await;
        say("\nStopping.");
        house.stop();
        stops.next().await;
        house.hurry();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = house.serve(listeners, socket) => {}
        () = told => {}
    }
    house.close();
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one caller; all of it is printed")]
fn greet(
    lan: bool,
    data_dir: &Path,
    name: &str,
    bound: &[Bound],
    c2s: u16,
    c2s_tls: u16,
    house: &House,
    hosts: &[HostName],
) {
    say(if lan {
        "Parlour is open to your local network (trial).\n\
         Its pages are not encrypted: only for people you trust, on a network you trust."
    } else {
        "Parlour is open on this machine only (trial). Nothing to configure."
    });
    let web = hosts.iter().filter_map(|h| house.engine.locals.policy(h.as_str())).map(|p| p.public_url.clone());
    say(&format!("  data     {}", data_dir.display()));
    say(&format!("  chat     {name}:{c2s} (STARTTLS)  {name}:{c2s_tls} (TLS)"));
    say(&format!("  web      {}", web.collect::<Vec<_>>().join("  ")));
    for door in bound.iter().filter(|b| b.asked.port() != 0 && b.asked.port() != b.addr.port()) {
        say(&format!("  (port {} was taken, so {} is at {})", door.asked.port(), door.kind, door.addr.port()));
    }
}

/// The owner link while there is no owner, else who that is and how to invite.
async fn welcome(house: &House, host: &HostName, phones: bool) -> anyhow::Result<()> {
    let invites = &house.people.invites;
    let terminal = std::io::stdout().is_terminal();
    let row = house.people.hosts.host(host.clone()).await?;
    if row.is_some_and(|row| row.owned) {
        let me = By::operator(Door::Local, 0);
        let query = AccountQuery::all(host.clone(), 100);
        let accounts = house.people.accounts.list(&me, query).await?;
        let owner = accounts.iter().find(|a| a.role == Role::Owner && a.is_active());
        if let Some(owner) = owner {
            say(&format!("\n{} owns this place.", owner.jid));
        }
        let url = house.engine.locals.policy(host.as_str()).map(|p| p.public_url.clone()).unwrap_or_default();
        say(&format!("Invite someone: {url}/me   or: {} invite create {host}", own_name()));
        return Ok(());
    }
    if !terminal {
        // A log file keeps what a terminal forgets.
        say(&format!("\nBecome the owner: {} owner-link {host}", own_name()));
        return Ok(());
    }
    match invites.owner_link(&By::operator(Door::Local, 0), host).await {
        Ok(made) => {
            let links = invites.links(made.out()).context("the link's key is there")?;
            let link = links.landing_page.expose();
            say(&format!("\nBecome the owner (once, 30 minutes): open this in your browser.\n\n  {link}\n"));
            // A link to this machine alone is nothing for a phone's camera.
            if let Some(code) = qr(link).filter(|_| phones) {
                say(&code);
            }
            say("Then \"Invite someone\" there makes a link for your first friend.");
            Ok(())
        }
        Err(IssueError::Refused(refusal)) => anyhow::bail!("no owner link: {refusal}"),
        Err(error) => Err(error.into()),
    }
}

/// The machine's address as the trial uses it, and the host's name.
fn whereabouts(lan: bool) -> anyhow::Result<(IpAddr, String)> {
    if !lan {
        return Ok((IpAddr::V4(Ipv4Addr::LOCALHOST), "localhost".into()));
    }
    // Which of our addresses would be used to go out; nothing is sent.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let address = socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).and_then(|()| socket.local_addr()).map(|a| a.ip());
    match address {
        Ok(ip @ IpAddr::V4(v4)) if !v4.is_unspecified() && !v4.is_loopback() => Ok((ip, ip.to_string())),
        _ => anyhow::bail!("this machine has no address in a local network; without --lan the trial needs none"),
    }
}

fn shown(address: IpAddr, name: &str) -> String {
    if address.is_loopback() { name.to_owned() } else { address.to_string() }
}

fn doors(lan: bool) -> ListenOptions {
    let mut listen = ListenOptions::trial();
    if lan {
        let open = |list: &mut Vec<SocketAddr>| list.iter_mut().for_each(|a| a.set_ip(Ipv4Addr::UNSPECIFIED.into()));
        open(&mut listen.c2s);
        open(&mut listen.c2s_tls);
        open(&mut listen.web);
    }
    listen
}
