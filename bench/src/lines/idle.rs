//! Idle connections: the memory a server takes for each client that has signed in and is silent.

use parlour_net::BoxFuture;
use rustix::process::Signal;

use crate::bare;
use crate::client::{self, Habits};
use crate::peers::{HOST, House, Kind, PASSWORD};
use crate::process;
use crate::table::{ALL, Bench, Column, Line, Measure, Subject, Than, at_most, less};

/// See the module.
pub const LINE: Line = Line {
    name: "idle",
    title: "An idle connection",
    about: "What the proportional share of a server's memory (`Pss`) grows by for each TLS 1.3 connection that has signed in to \
            an account of its own, sent presence and is silent; read when it stands still, 64 clients being there before. A \
            fresh process each time; the peers once only, as 10,000 logins take them minutes. The kernel's memory is not in it. All modules. The limit: a process that does TLS with \
            the same library in the same way, keeping no buffer between records, and copies bytes.",
    subjects: ALL,
    figures: &[
        less("half of them, each", "bytes", 0),
        less("10,000, each", "bytes", 0)
            .aims(&[at_most(0.2, Than::Column(Column::Prosody)), at_most(1.25, Than::Column(Column::Limit))]),
    ],
    settle,
};

enum Idle {
    Bare { many: u32, cpus: Option<String> },
    House { house: Box<House>, first: Vec<String>, halves: [Vec<String>; 2] },
}

fn settle(bench: &Bench, subject: Subject) -> BoxFuture<'_, anyhow::Result<Box<dyn Measure>>> {
    Box::pin(async move {
        let many = bench.many(10_000);
        let Subject::Server(kind) = subject else {
            return Ok(Box::new(Idle::Bare { many, cpus: bench.cpus().map(str::to_owned) }) as Box<dyn Measure>);
        };
        let mut house = Box::new(House::new(kind, bench.cpus())?);
        house.start()?;
        house.open().await?;
        let names = |what: &str, count: u32| (0..count).map(|number| format!("{what}{number}")).collect::<Vec<_>>();
        let (first, halves) = (names("first", FIRST), [names("a", many / 2), names("b", many / 2)]);
        house.many_people(&[first.as_slice(), &halves[0], &halves[1]].concat()).await?;
        house.end(Signal::TERM).await?;
        Ok(Box::new(Idle::House { house, first, halves }) as Box<dyn Measure>)
    })
}

impl Measure for Idle {
    fn most_rounds(&self) -> u32 {
        match self {
            Self::House { house, .. } if house.kind != Kind::Parlour => 1,
            _ => u32::MAX,
        }
    }

    fn round(&mut self) -> BoxFuture<'_, anyhow::Result<Vec<f64>>> {
        Box::pin(async move {
            match self {
                Self::Bare { many, cpus } => {
                    let each = bare::idle(&[*many / 2, *many / 2], cpus.as_deref()).await?;
                    Ok(each.into_iter().map(|bytes| bytes as f64).collect())
                }
                Self::House { house, first, halves } => {
                    house.start()?;
                    house.open().await?;
                    let tls = client::connector(house.certificate()?)?;
                    let addr = house.c2s_tls();
                    let arrive = |names: &Vec<String>| {
                        client::sign_in_all(addr, &tls, HOST, names.clone(), PASSWORD, Habits::Plain)
                    };
                    let mut all = arrive(first).await?;
                    let before = process::settled(house.pid()?).await?;
                    let (mut figures, mut count) = (Vec::new(), 0);
                    for half in halves {
                        all.extend(arrive(half).await?);
                        count += half.len();
                        let grown = process::settled(house.pid()?).await?.saturating_sub(before);
                        figures.push(grown as f64 / count.max(1) as f64);
                    }
                    drop(all);
                    house.end(Signal::TERM).await?;
                    Ok(figures)
                }
            }
        })
    }
}

/// Clients that are there before memory is looked at: threads' arenas, code and caches are not theirs.
const FIRST: u32 = 64;
