//! What is said: for people piece by piece, for programs in one object at the end.

use std::path::PathBuf;

use parlour_net::ListenOptions;
use serde::Serialize;

use super::install::Installed;
use super::place::Place;
use super::proxies::{self, Recipe};
use super::service::{self, OwnerLink};
use super::survey::Front;
use crate::args::SetupOptions;
use crate::check::Finding;
use crate::commands::qr;
use crate::dns::records::{self, Record};
use crate::machine::WebServer;

/// Everything, for programs.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Nothing stands in the way.
    pub ok: bool,
    /// The domain.
    pub domain: String,
    /// What links begin with.
    pub public_url: String,
    /// It is this machine's service.
    #[serde(skip)]
    pub service: bool,
    /// The configuration.
    pub config: PathBuf,
    /// The data.
    pub data_dir: PathBuf,
    /// Written now.
    pub wrote: Vec<PathBuf>,
    /// There already.
    pub kept: Vec<PathBuf>,
    /// The records.
    pub dns: Dns,
    /// The web server in front.
    pub web_server: Option<WebServerReport>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The service runs.
    pub started: bool,
    /// What was left to whoever runs this, as commands where there are such.
    pub not_done: Vec<String>,
    /// Good once, for half an hour.
    pub owner_link: Option<String>,
    /// What to do next.
    pub next: String,
}

/// The records in three shapes.
#[derive(Debug, Serialize)]
pub struct Dns {
    /// One by one.
    pub records: Vec<Record>,
    /// For a zone file.
    pub zone: String,
    /// One per line.
    pub lines: Vec<String>,
}

impl Dns {
    /// These.
    pub fn of(records: Vec<Record>) -> Self {
        let lines = records::for_a_form(&records).lines().map(str::to_owned).collect();
        Self { zone: records::for_a_zone(&records), lines, records }
    }
}

/// What the web server in front is to be told.
#[derive(Debug, Serialize)]
pub struct WebServerReport {
    /// Which it is; none where it is not known.
    pub name: Option<&'static str>,
    /// What to tell it, or several to choose from.
    pub recipes: Vec<Recipe>,
}

impl WebServerReport {
    /// For pages behind it.
    pub fn of(front: &Front, domain: &str, listen: &ListenOptions) -> Self {
        let of = |server| super::pages(listen).map(|pages| proxies::recipe(server, domain, pages));
        match front {
            Front::Known(server) => Self { name: Some(server.name()), recipes: of(*server).into_iter().collect() },
            Front::Unknown => Self { name: None, recipes: of(WebServer::Nginx).into_iter().collect() },
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = match self.name {
            Some(name) => format!("\n{name} stands in front. It needs to be told:\n"),
            None => "\nA web server stands in front. If it were nginx, it would be told so (others: \
                     docs/guide/reverse-proxy.md):\n"
                .to_owned(),
        };
        for recipe in &self.recipes {
            for (at, step) in recipe.steps.iter().enumerate() {
                out.push_str(&format!("  {}. {step}\n", at + 1));
            }
            out.push_str(&format!("\n--- {}\n{}---\n", recipe.file, recipe.block));
        }
        out
    }
}

/// What was written, for people.
pub fn written(installed: &Installed) -> String {
    let mut out = String::new();
    for (what, paths) in [("Written", &installed.wrote), ("There already", &installed.kept)] {
        if !paths.is_empty() {
            out.push_str(&format!("{what}\n"));
            out.extend(paths.iter().map(|path| format!("  {}\n", path.display())));
        }
    }
    out
}

/// The records, for people.
pub fn dns(domain: &str, records: &[Record]) -> String {
    let mut out = format!(
        "Names: make the first record at whoever keeps your domain; the others are good to have.\n\n{}\n\n\
         For a zone file:\n\n{}\n\nFor a form, one by one:\n\n{}\n",
        indented(&records::for_eyes(records)),
        indented(&records::for_a_zone(records)),
        indented(&records::for_a_form(records)),
    );
    if records.iter().any(|record| record.value == records::UNKNOWN) {
        out.push_str(&format!(
            "\n{} stands for the IPv4 address by which the world reaches {domain}: your router's or your provider's.\n",
            records::UNKNOWN
        ));
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// How to run this again.
pub fn again(options: &SetupOptions, domain: &str) -> String {
    let prefix = options.prefix.as_ref().map(|prefix| format!(" --prefix {}", prefix.display())).unwrap_or_default();
    let root = if options.prefix.is_some() { "" } else { "sudo " };
    format!("{root}parlour setup {domain}{prefix}")
}

/// What was left to whoever runs this.
pub fn not_done(place: &Place, started: bool, too_early: bool) -> Vec<String> {
    let mut left = Vec::new();
    if !place.service {
        left.push("no user of its own was made and no unit written: this is for trying it out".to_owned());
        left.push(format!("the server was not started; start it: {}", serve(place)));
    } else if !started && service::has_systemd() && too_early {
        left.push(
            "the service was not started: a certificate asked for before the name leads here is refused, and then not \
             asked for again for a while. Once it does, run this again, or: sudo systemctl enable --now parlour"
                .to_owned(),
        );
    } else if !started && service::has_systemd() {
        left.push("the service was not started; start it: sudo systemctl enable --now parlour".to_owned());
    } else if !started {
        left.push(format!("there is no systemd here to start it; as the user parlour: {}", serve(place)));
    }
    left
}

fn serve(place: &Place) -> String {
    format!("parlour serve --config {}", place.config.display())
}

/// How somebody becomes the owner.
#[derive(Debug)]
pub enum Owner {
    /// By this link.
    Link(String),
    /// Somebody is.
    There,
    /// By a link that is made once the name leads here.
    Later,
    /// The link could not be made.
    Failed(String),
}

impl Owner {
    /// What became of the question for the link.
    pub fn of(answer: OwnerLink) -> Self {
        match answer {
            OwnerLink::Made(link) => Self::Link(link),
            OwnerLink::Owned => Self::There,
            OwnerLink::Failed(why) => Self::Failed(why),
        }
    }

    /// The link.
    pub fn link(&self) -> Option<String> {
        match self {
            Self::Link(link) => Some(link.clone()),
            Self::There | Self::Later | Self::Failed(_) => None,
        }
    }

    /// What to do next, in one line.
    pub fn next(&self, place: &Place, started: bool, again: &str) -> String {
        match self {
            Self::Link(_) if !started => {
                let by_systemd = place.service && service::has_systemd();
                let start = if by_systemd { "sudo systemctl enable --now parlour".to_owned() } else { serve(place) };
                format!("Start it ({start}), open the link, choose your name, then press \"Invite someone\".")
            }
            Self::Link(_) => "Open the link, choose your name, then press \"Invite someone\".".to_owned(),
            Self::There => "This place has an owner. Invite somebody: parlour invite create".to_owned(),
            Self::Later => format!("Make the record, then run this again; it goes on from here: {again} --wait-dns"),
            Self::Failed(_) => format!("Mend that, then run this again; it goes on from here: {again}"),
        }
    }
}

impl Report {
    /// The end, for people.
    pub fn ending(&self, owner: &Owner, terminal: bool) -> String {
        let mut out = String::new();
        for left in &self.not_done {
            out.push_str(&format!("\nNot done: {left}"));
        }
        match owner {
            // A log file keeps what a terminal forgets.
            Owner::Link(_) if !terminal => {
                let sudo = if self.service { "sudo " } else { "" };
                let config = self.config.display();
                out.push_str(&format!(
                    "\nBecome the owner: {sudo}parlour owner-link {} --qr --config {config}",
                    self.domain
                ));
                return out;
            }
            Owner::Link(link) => {
                out.push_str(&format!("\n\nOpen this to become the owner (once, 30 minutes):\n\n  {link}\n\n"));
                out.push_str(&qr(link).unwrap_or_default());
            }
            Owner::Failed(why) => out.push_str(&format!("\n\nNo link to become the owner: {why}\n")),
            Owner::There | Owner::Later => out.push('\n'),
        }
        out.push_str(&format!("\n{}", self.next));
        out
    }
}
