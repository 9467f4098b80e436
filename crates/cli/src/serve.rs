//! The service: `parlour serve` with a configuration file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use parlour_net::{ListenerKind, Listeners, LocalSocket, Ports};
use parlour_web::Exposure;

use crate::args::Common;
use crate::check;
use crate::config::Config;
use crate::house::{self, House, Plan};
use crate::{signals, supervisor};

/// The service's data directory, where none is named.
pub const DATA_DIR: &str = "/var/lib/parlour";

/// Runs the service until it is told to stop. SIGHUP reads the configuration again.
///
/// # Errors
/// In words for the operator.
pub async fn run(common: &Common) -> anyhow::Result<()> {
    let Some(path) = &common.config else {
        anyhow::bail!(
            "`parlour serve` needs a configuration: --config FILE or PARLOUR_CONFIG.\n\
             To have one written: parlour setup DOMAIN. The smallest is a line: domain = \"chat.example.org\"\n\
             To try things out without one: parlour"
        );
    };
    let config = Config::load(path)?;
    let _log = crate::logging::start(&config.log)?;
    let mut stops = signals::Stops::new();
    crate::system::open_many_files();
    crate::system::tell_room(&config.limits);
    let data_dir = data_dir(&config, common);
    let lock = house::lock(&data_dir, Duration::from_secs(5))?;
    let mut listeners = Listeners::new(&config.limits);
    for (kind, addresses) in [
        (ListenerKind::C2s, &config.listen.c2s),
        (ListenerKind::C2sTls, &config.listen.c2s_tls),
        (ListenerKind::Web, &config.listen.web),
        (ListenerKind::WebTls, &config.listen.web_tls),
        (ListenerKind::Local, &config.listen.local),
    ] {
        listeners.bind(kind, addresses, Ports::Exact)?;
    }
    listeners.behind(&config.listen.use_proxy_protocol, config.proxies());
    let socket = LocalSocket::bind(&house::socket_path(&data_dir))?;
    let house = House::open(Plan::new(&config, data_dir.clone(), Exposure::Service)?, lock).await?;
    for (host, policy) in house.engine.locals.all() {
        tracing::info!(%host, links = %policy.public_url, "serving");
        for found in check::of_host(&host, &policy, &config.listen, config.trusted_proxies.as_deref()) {
            tracing::warn!(%host, id = found.id, key = found.key, "{}. {}", found.says, found.todo);
        }
    }
    if house.engine.locals.count() == 0 {
        tracing::warn!("no host yet: set `domain` in the configuration, or parlour host add DOMAIN");
    }
    for bound in listeners.bound() {
        tracing::info!(door = %bound.kind, address = %bound.addr, "open");
    }
    let watchdog = supervisor::watchdog(&house.people.hosts, house.stop_token());
    let serving = async { tokio::join!(house.serve(listeners, socket), watchdog) };
    supervisor::open(house.engine.locals.count());
    let told = async {
        tokio::select! {
            () = stops.next() => {}
            () = reload(path, &data_dir, &house) => {}
        }
        tracing::info!("stopping");
        supervisor::stopping();
        house.stop();
        stops.next().await;
        tracing::warn!("told to stop once more: connections are not waited for");
        house.hurry();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = serving => {}
        () = told => {}
    }
    house.close();
    Ok(())
}

/// Where a configuration's data lies.
pub fn data_dir(config: &Config, common: &Common) -> PathBuf {
    common.data_dir.clone().or_else(|| config.data_dir.clone()).unwrap_or_else(|| PathBuf::from(DATA_DIR))
}

async fn reload(path: &Path, data_dir: &Path, house: &House) {
    let Some(mut hangups) = signals::reloads() else { return std::future::pending().await };
    while hangups.recv().await.is_some() {
        supervisor::reloading();
        let taken = match read_again(path, data_dir, house) {
            Ok(plan) => house.reload(plan).await,
            Err(error) => Err(error),
        };
        match taken {
            Ok(()) => tracing::info!("configuration read again; listening addresses change with a restart"),
            Err(error) => tracing::error!("the configuration stays as it was: {error:#}"),
        }
        supervisor::open(house.engine.locals.count());
    }
}

/// What a changed configuration asks for, if all of it can be had.
fn read_again(path: &Path, data_dir: &Path, house: &House) -> anyhow::Result<Plan> {
    let config = Config::load_with_files(path, false)?;
    if config.hosts().is_empty() && house.names_hosts() {
        anyhow::bail!(
            "{} names no host any more, as a file does that is just being written; a restart takes it as it is",
            path.display()
        );
    }
    Plan::new(&config, data_dir.to_owned(), Exposure::Service)
}
