//! What `/metrics` shows: the counters of every room, as OpenMetrics text.
//!
//! Spec: OpenMetrics 1.0, text format. Names are `parlour_ROOM_WHAT`; nothing is labelled by host, account or address.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parlour_domain::meters::{Measure, Reading};
use parlour_engine::{Engine, Events};
use parlour_net::Acme;
use parlour_server::Server;
use parlour_store::Sqlite;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// Where the doors' own counters are put, once there are doors.
pub type Doors = Arc<OnceLock<Arc<parlour_net::Meters>>>;

/// Every room that counts.
struct Rooms {
    engine: Arc<Engine>,
    events: Arc<Events>,
    server: Server,
    store: Sqlite,
    doors: Doors,
    acme: Acme,
}

/// What renders the page.
pub fn page(
    (engine, events): (Arc<Engine>, Arc<Events>),
    server: Server,
    store: Sqlite,
    doors: Doors,
    acme: Acme,
) -> parlour_web::local::Metrics {
    let mut registry = Registry::default();
    let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("parlour_build", "Which Parlour this is.", build);
    registry.register_collector(Box::new(Rooms { engine, events, server, store, doors, acme }));
    Arc::new(move || {
        let mut text = String::new();
        if encode(&mut text, &registry).is_err() {
            // Writing to a string does not fail.
            tracing::error!(target: "parlour::serve", "the metrics could not be written");
        }
        text
    })
}

impl Rooms {
    fn readings(&self) -> Vec<(&'static str, Vec<Reading>)> {
        let mut all = vec![
            ("way", self.engine.meters.readings()),
            ("events", self.events.meters.readings()),
            ("router", self.engine.router.meters().readings()),
            ("c2s", self.server.meters().readings()),
            ("store", self.store.meters().readings()),
            ("push", self.engine.pushes.meters().readings()),
        ];
        let help = "Lines of the log that nobody took.";
        all.push((
            "log",
            vec![Reading { name: "lost", help, measure: Measure::Counter, value: crate::logging::lost() }],
        ));
        all.push(("acme", of_certificates(&self.acme)));
        // Known wherever the page is asked for: by a request, on the runtime that serves it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let value = u64::try_from(runtime.metrics().num_alive_tasks()).unwrap_or(u64::MAX);
            let (name, help) = ("tasks", "Tasks that are alive now.");
            all.push(("process", vec![Reading { name, help, measure: Measure::Gauge, value }]));
        }
        all.extend(self.doors.get().map(|doors| ("net", at_the_doors(doors))));
        all
    }
}

impl fmt::Debug for Rooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rooms")
    }
}

impl Collector for Rooms {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        for (room, readings) in self.readings() {
            for Reading { name, help, measure, value } in readings {
                let name = format!("parlour_{room}_{name}");
                match measure {
                    Measure::Counter => {
                        let counter = ConstCounter::new(value);
                        counter.encode(to.encode_descriptor(&name, help, None, counter.metric_type())?)?;
                    }
                    Measure::Gauge => {
                        let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
                        gauge.encode(to.encode_descriptor(&name, help, None, gauge.metric_type())?)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// How orders for certificates went, and how the hosts stand.
fn of_certificates(acme: &Acme) -> Vec<Reading> {
    let meters = acme.meters();
    let parlour_net::AcmeMeters { issued, failed } = meters.as_ref();
    let parlour_net::Counts { hosts, good, failing, ending } = acme.counts();
    let reading = |name, help, measure, value| Reading { name, help, measure, value };
    let now = |name, help, value| reading(name, help, Measure::Gauge, value);
    let ever = |name, help, value: &AtomicU64| reading(name, help, Measure::Counter, value.load(Ordering::Relaxed));
    vec![
        ever("issued", "Certificates that came.", issued),
        ever("failed", "Orders for certificates that came to nothing.", failed),
        now("hosts", "Hosts that get their certificates by ACME.", hosts),
        now("hosts_good", "Of these, those that have one.", good),
        now("hosts_failing", "Of these, those whose last order came to nothing.", failing),
        now("hosts_ending", "Of these, those whose certificate ends within a week.", ending),
    ]
}

/// Those of `net`, which knows no other room and so none of their macros.
fn at_the_doors(meters: &parlour_net::Meters) -> Vec<Reading> {
    // Taken apart, so that a new one is missed here.
    let parlour_net::Meters { accepted, over_limit, tls_failed, shortages, no_proxy_header, panics } = meters;
    [
        ("accepted", "Connections taken from the kernel.", accepted),
        ("over_limit", "Connections closed at once since too many had not signed in.", over_limit),
        ("tls_failed", "TLS handshakes from the first byte that failed or took too long.", tls_failed),
        (
            "shortages",
            "Times a door waited for descriptors or memory, and connections closed for want of them.",
            shortages,
        ),
        ("no_proxy_header", "Connections from a trusted proxy that did not say whom they are from.", no_proxy_header),
        ("panics", "Tasks that panicked, each a fault of ours.", panics),
    ]
    .map(|(name, help, counter)| Reading {
        name,
        help,
        measure: Measure::Counter,
        value: counter.load(Ordering::Relaxed),
    })
    .into()
}
