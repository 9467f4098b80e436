//! Everything put together: store, keys, engine, doors. The one place that knows all rooms.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use parlour_domain::options::HostOptions;
use parlour_domain::subscription::Kind;
use parlour_domain::{By, Clock, Dice, HostName};
use parlour_engine::assemble::{Assembled, Parts, assemble};
use parlour_engine::chores::Post;
use parlour_engine::hosts::FileHosts;
use parlour_engine::keys::ServerKeys;
use parlour_engine::people::{DataPaths, People};
use parlour_engine::{Engine, Events};
use parlour_net::{
    Acme, AcmeOptions, ByAlpn, CertificateOptions, Door, ListenerKind, Listeners, LocalSocket, Protocol, Security,
    Stop, Stopper, Timer, Tls, TlsOptions,
};
use parlour_server::{C2sOptions, Server, features};
use parlour_store::sqlite::{Options, RESERVE};
use parlour_store::{DataLock, Sqlite, StoreError};
use parlour_web::api::types::Backup;
use parlour_web::{Backups, Exposure, Settings, Web};
use parlour_xmpp::jid::BareJid;

use crate::config::Config;
use crate::system::{SystemClock, SystemDice};
use crate::{certificates, metrics};

/// How long connections have to end when the server stops: streams and pages take their leave within five seconds
/// ([`parlour_server`], [`parlour_web`]), and the process is to be gone within ten (ATTACKS F16).
const DRAIN: Duration = Duration::from_secs(8);

/// What a house is built from.
#[derive(Clone)]
pub struct Plan {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Hosts of the configuration.
    pub file: FileHosts,
    /// Their own certificates.
    pub certificates: HashMap<HostName, CertificateOptions>,
    /// TLS for all.
    pub tls: TlsOptions,
    /// Certificates for the hosts that have none of their own.
    pub acme: AcmeOptions,
    /// Client streams.
    pub c2s: C2sOptions,
    /// The pages.
    pub web: Settings,
}

impl Plan {
    /// From a configuration.
    ///
    /// # Errors
    /// When apps of one's own have gone wrong since it was checked.
    pub fn new(config: &Config, data_dir: PathBuf, exposure: Exposure) -> anyhow::Result<Self> {
        let mut file = FileHosts { defaults: config.host_defaults(), hosts: HashMap::new() };
        let mut certificates = HashMap::new();
        for table in config.hosts() {
            // The configuration's check has refused what is no domain.
            let Some(host) = HostName::parse(&table.domain) else { continue };
            certificates.insert(host.clone(), table.tls.clone());
            file.hosts.insert(host, table.options());
        }
        let web = Settings {
            exposure,
            https_here: !config.listen.web_tls.is_empty(),
            proxies: parlour_web::proxies::Proxies::new(config.proxies()),
            apps: config.apps()?,
            brand_folder: Some(parlour_web::look::brand_folder(&data_dir)),
            app_links: config.app_links.read().unwrap_or_default(),
        };
        Ok(Self {
            data_dir,
            file,
            certificates,
            tls: config.tls.clone(),
            acme: config.acme.clone(),
            c2s: config.c2s.clone(),
            web,
        })
    }

    /// One more host, with nothing set but what its pages call it.
    pub fn with_host(mut self, host: HostName, site_name: &str) -> Self {
        self.file.hosts.insert(host, HostOptions { site_name: Some(site_name.to_owned()), ..HostOptions::default() });
        self
    }
}

/// A server that is ready to open its doors.
pub struct House {
    /// The way of stanzas.
    pub engine: Arc<Engine>,
    /// Who is told what accounts publish.
    events: Arc<Events>,
    /// Acts about people.
    pub people: People,
    pushes: Arc<parlour_engine::push::Pushes>,
    /// The pages and the API.
    pub web: Web,
    server: Server,
    tls: Tls,
    tls_options: TlsOptions,
    settings: Arc<ArcSwap<Settings>>,
    certificates: certificates::Named,
    acme: Acme,
    store: Sqlite,
    stopper: Stopper,
    // Given back last.
    /// What the doors count, once they are open.
    doors: metrics::Doors,
    _lock: DataLock,
}

/// Makes the data directory, for its owner's eyes only, and takes its lock.
///
/// # Errors
/// In words for the operator.
pub fn lock(data_dir: &Path, wait: Duration) -> anyhow::Result<DataLock> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .with_context(|| format!("cannot make the data directory {}", data_dir.display()))?;
    Ok(DataLock::acquire(data_dir, wait)?)
}

/// Why a database does not open, and what helps.
fn unopened(error: StoreError, path: &Path) -> anyhow::Error {
    let path = path.display();
    match error {
        StoreError::Damaged { what } => anyhow::anyhow!(
            "{path} is damaged ({what}). Nothing was changed. Move it and what else begins with its name away, do not \
             delete it, then bring back your last backup: parlour restore FILE"
        ),
        StoreError::TooNew { .. } => {
            anyhow::anyhow!("{path}: {error}. Run the newer program, or bring back a backup of this version's")
        }
        StoreError::DiskFull => anyhow::anyhow!("{path}: the disk is full. Make room, then start again"),
        other => anyhow::Error::new(other).context(format!("cannot open {path}")),
    }
}

/// The local socket of a data directory.
pub fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join("run").join("socket")
}

impl House {
    /// Opens the store and the keys and puts the engine and the doors over them.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn open(plan: Plan, lock: DataLock) -> anyhow::Result<Self> {
        let paths = DataPaths::within(&plan.data_dir);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let dice: Arc<dyn Dice> = Arc::new(SystemDice);
        let fresh = !paths.database.exists();
        let new_keys = !paths.keys.exists();
        let keys = ServerKeys::open(&paths.keys, fresh, dice.as_ref())?;
        let csrf = *keys.csrf.expose();
        if fresh && !new_keys {
            tracing::warn!(
                target: "parlour::serve",
                dir = %plan.data_dir.display(),
                "there are keys but no database: starting with an empty one. If there was one, stop, and bring it back with \
                 `parlour restore FILE`"
            );
        }
        let options = Options { reserve: RESERVE, ..Options::default() };
        let store = Sqlite::open(&paths.database, options).map_err(|e| unopened(e, &paths.database))?;
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let Assembled { engine, people, circle, events } = assemble(Parts {
            store: store.clone(),
            keys,
            file: plan.file,
            clock: Arc::clone(&clock),
            dice: Arc::clone(&dice),
            post: Arc::new(NoPost),
            hashing: cores.div_ceil(2),
            iterations: parlour_xmpp::sasl::ITERATIONS,
        });
        let stopper = Stopper::new();
        let tls = Tls::new(&plan.tls);
        let named = Arc::new(ArcSwap::from_pointee(plan.certificates));
        let acme = certificates::acme(&plan.data_dir, &tls, plan.acme, Arc::clone(&clock));
        certificates::keep(&engine.locals, &tls, &acme, &named, &plan.data_dir, Arc::clone(&clock));
        let server =
            Server::new(Arc::clone(&engine), tls.clone(), stopper.token(), plan.c2s, &features::all(&people, &circle));
        let doors = metrics::Doors::default();
        let settings = Arc::new(ArcSwap::from_pointee(plan.web));
        let web = Web::new(parlour_web::service::Parts {
            people: people.clone(),
            locals: Arc::clone(&engine.locals),
            clock,
            dice,
            settings: Arc::clone(&settings),
            websocket: Some(Arc::new(server.clone())),
            backups: Some(Arc::new(Copies { store: store.clone(), paths })),
            metrics: Some(metrics::page(
                (Arc::clone(&engine), Arc::clone(&events)),
                server.clone(),
                store.clone(),
                Arc::clone(&doors),
                acme.clone(),
            )),
            challenges: Some(acme.challenges()),
            csrf,
            stop: stopper.token(),
        });
        let house = Self {
            server,
            tls,
            tls_options: plan.tls,
            settings,
            certificates: named,
            acme,
            store,
            stopper,
            web,
            engine,
            events,
            people,
            pushes: circle.pushes,
            doors,
            _lock: lock,
        };
        house.people.hosts.load().await?;
        house.people.sign_in.load(house.engine.locals.all().iter().filter_map(|(n, _)| HostName::parse(n))).await?;
        Ok(house)
    }

    /// Has a host's links start with `public_url`, and keeps that for commands while the server is stopped.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn set_public_url(&self, host: &HostName, public_url: String) -> anyhow::Result<()> {
        let row = self.people.hosts.host(host.clone()).await?;
        let mut options = row.map(|row| row.options).unwrap_or_default();
        if options.public_url.as_ref() != Some(&public_url) {
            options.public_url = Some(public_url);
            self.people.hosts.set_options(&By::system(), host.clone(), options).await?;
        }
        Ok(())
    }

    /// Whether the configuration in force names a host.
    pub fn names_hosts(&self) -> bool {
        !self.certificates.load().is_empty()
    }

    /// Takes over a changed configuration: hosts, certificates, what the pages obey. Doors stay as they are.
    ///
    /// # Errors
    /// In words for the operator; what was there goes on.
    pub async fn reload(&self, plan: Plan) -> anyhow::Result<()> {
        // Hosts first, which alone can fail; what they need at once are their certificates.
        let before = self.certificates.swap(Arc::new(plan.certificates));
        let ordered = self.acme.set_options(plan.acme);
        if let Err(error) = self.people.hosts.reload(plan.file).await {
            self.certificates.store(before);
            self.acme.set_options(AcmeOptions::clone(&ordered));
            return Err(error.into());
        }
        self.server.set_limits(plan.c2s.limits);
        self.settings.store(Arc::new(plan.web));
        let tls = self.tls.clone();
        for (host, outcome) in tokio::task::spawn_blocking(move || tls.reload()).await? {
            match outcome {
                Ok(()) => tracing::info!(%host, "certificate renewed"),
                Err(error) => tracing::error!(%host, %error, "the new certificate is no good, the old one stays"),
            }
        }
        Ok(())
    }

    /// Serves until the stopper is pulled and the last connection has ended or used up its time.
    pub async fn serve(&self, mut listeners: Listeners, socket: LocalSocket) {
        listeners.add_local(socket);
        // A house is served once.
        let _ = self.doors.set(listeners.meters());
        let doors = |kind: ListenerKind| -> (Arc<dyn Door>, Security) {
            let client: Arc<dyn Door> = Arc::new(self.server.clone());
            let web: Arc<dyn Door> = Arc::new(self.web.clone());
            match kind {
                ListenerKind::C2sTls => (client, Security::Tls(self.tls.clone(), Protocol::Client)),
                ListenerKind::WebTls => {
                    (Arc::new(ByAlpn { client, web }), Security::Tls(self.tls.clone(), Protocol::WebOrClient))
                }
                ListenerKind::Web | ListenerKind::LocalSocket | ListenerKind::Local => (web, Security::Plain),
                ListenerKind::C2s | ListenerKind::S2s | ListenerKind::WebSocket | ListenerKind::Bosh => {
                    (client, Security::Plain)
                }
            }
        };
        let every = Duration::from_secs(u64::from(self.tls_options.reload_seconds));
        tokio::join!(
            listeners.serve(doors, self.stopper.token(), DRAIN),
            self.server.end_when_stopped(),
            self.tls.clone().keep_fresh(every, self.stopper.token()),
            self.acme.run(self.stopper.token()),
            self.chores(),
            self.events(),
            self.push(),
        );
    }

    /// Makes [`House::serve`] come to an end.
    pub fn stop(&self) {
        self.stopper.stop();
    }

    /// Has [`House::serve`] wait for nobody any more. What was acknowledged is kept all the same.
    pub fn hurry(&self) {
        self.stopper.hurry();
    }

    /// Hears of [`House::stop`].
    pub fn stop_token(&self) -> Stop {
        self.stopper.token()
    }

    /// Writes out what is left. After the last act.
    pub fn close(&self) {
        self.store.close();
    }

    /// Tells readers what accounts publish.
    async fn events(&self) {
        let mut stop = self.stopper.token();
        tokio::select! {
            () = stop.stopped() => {}
            () = self.events.run() => {}
        }
    }

    /// Tells push services what is to be told.
    async fn push(&self) {
        let mut stop = self.stopper.token();
        tokio::select! {
            () = self.pushes.deliver(&self.engine) => {}
            () = stop.stopped() => {}
        }
    }

    /// What the server does by itself, until it stops. There may be much to do, and none of it is worth waiting for: what is
    /// left is done after the next start.
    async fn chores(&self) {
        let mut stop = self.stopper.token();
        tokio::select! {
            () = stop.stopped() => {}
            () = self.do_chores() => {}
        }
    }

    /// What is owed at once and each minute, forgetting and erasing each hour; for ever.
    async fn do_chores(&self) {
        const MINUTE: Duration = Duration::from_secs(60);
        let mut timer = Timer::new();
        let mut minutes = 0_u32;
        loop {
            let chores = &self.people.chores;
            // What fails keeps nothing else from its turn, and no other host from its.
            if let Err(error) = worked_off(chores).await {
                tracing::error!(%error, "what is owed waits a minute");
            }
            if minutes.is_multiple_of(60) {
                if let Err(error) = chores.tidy_server().await {
                    tracing::error!(%error, "some of the server's own work waits an hour");
                }
                for (host, _) in self.engine.locals.all() {
                    if let Some(host) = HostName::parse(&host)
                        && let Err(error) = chores.tidy(&host).await
                    {
                        tracing::error!(%host, %error, "some of the server's own work waits an hour");
                    }
                }
            }
            minutes = minutes.wrapping_add(1);
            timer.set(MINUTE);
            loop {
                tokio::select! {
                    () = timer.rings() => break,
                    () = self.people.chores.owed() => {}
                }
                if let Err(error) = worked_off(&self.people.chores).await {
                    tracing::error!(%error, "what is owed waits a minute");
                }
            }
        }
    }
}

/// Until nothing is due any more.
async fn worked_off(chores: &parlour_engine::chores::Chores) -> Result<(), parlour_store::StoreError> {
    while chores.work_off().await? {}
    Ok(())
}

/// There are no other servers to write to yet.
struct NoPost;

impl Post for NoPost {
    fn subscription(&self, _from: &BareJid, _to: &BareJid, _kind: Kind) -> bool {
        false
    }
}

/// Backups of this house's store and keys.
struct Copies {
    store: Sqlite,
    paths: DataPaths,
}

impl Backups for Copies {
    fn write(&self, file: PathBuf) -> parlour_net::BoxFuture<'static, Result<Backup, String>> {
        let (store, paths) = (self.store.clone(), self.paths.clone());
        Box::pin(async move {
            let work = move || {
                parlour_engine::backup::backup(&store, &paths, &file).map_err(|e| e.to_string())?;
                let bytes = std::fs::metadata(&file).map_err(|e| e.to_string())?.len();
                let keys = parlour_engine::backup::keys_file(&file).display().to_string();
                Ok(Backup { file: file.display().to_string(), keys, bytes })
            };
            tokio::task::spawn_blocking(work).await.map_err(|e| e.to_string())?
        })
    }
}
