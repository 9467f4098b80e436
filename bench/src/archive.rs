//! What reading an archive costs, in one of so many messages and in small ones among them.
//!
//! Everything goes through the store as queries do (a file, four readers), without a socket: what is measured is the search.
//! One account writes with fifty people, each from a phone and once in a thousand messages from a second place; between its
//! messages a hundred others have a few hundred of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use parlour_domain::archive::{ArchiveId, KeepAsk};
use parlour_domain::kept::Kept;
use parlour_engine::ArchiveIds;
use parlour_engine::keys::SecretKey;
use parlour_store::archive::{ArchiveStore, PageAsk, PageEnd};
use parlour_xmpp::jid::{BareJid, Jid};

use crate::say;
use crate::within::Place;

/// Fills an archive with `messages` and reads it.
pub async fn run(messages: u32) -> anyhow::Result<()> {
    let place = Place::new(4).await?;
    let names = (0..OTHERS).map(|n| format!("small{n}")).chain(["large".to_owned()]);
    place.settle(names, false).await?;
    let store = Arc::new(place.store.clone());
    let large = place.jid("large")?;
    let began = Instant::now();
    let rows = fill(&store, &place, &large, messages).await?;
    let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(messages);
    say(&format!("{messages} messages of one account kept, and others' between them: {each:.1} us each"))?;

    let minute = |share: u32| BEGIN + i64::from(messages / 4 * share) * STEP;
    let with = |who: &str| Jid::new(who).context("an address");
    let middle = rows.get(rows.len() / 2).copied().context("rows")?;
    let last = || PageAsk { backwards: true, ..PageAsk::all(large.clone(), PAGE) };
    let first = || PageAsk::all(large.clone(), PAGE);
    let friend = || Ok::<_, anyhow::Error>(Some(with("friend7@far.test")?));
    let smalls = Some(with("friend31@far.test")?);
    let rare = || Ok::<_, anyhow::Error>(Some(with("friend7@far.test/elsewhere")?));
    let small = place.jid("small7")?;
    let questions = [
        ("the last page", last()),
        ("the first page", first()),
        ("the page after one in the middle", PageAsk { after: vec![middle], ..first() }),
        ("the page before one in the middle", PageAsk { before: vec![middle], ..last() }),
        ("the first page since a date", PageAsk { start: Some(minute(2)), ..first() }),
        ("the last page until a date", PageAsk { end: Some(minute(1)), ..last() }),
        ("the last page with a friend", PageAsk { with: friend()?, ..last() }),
        ("the first with a friend since a date", PageAsk { with: friend()?, start: Some(minute(3)), ..first() }),
        ("the last with a friend until a date", PageAsk { with: friend()?, end: Some(minute(1)), ..last() }),
        ("one message by its id", PageAsk { ids: Some(vec![middle]), ..first() }),
        ("the last page with a rare resource", PageAsk { with: rare()?, ..last() }),
        ("a small archive's last page", PageAsk { backwards: true, ..PageAsk::all(small.clone(), PAGE) }),
        ("the same with a friend", PageAsk { with: smalls, ..PageAsk::all(small.clone(), PAGE) }),
    ];
    for (what, ask) in questions {
        let mut times = Vec::with_capacity(SAMPLES);
        let mut found = 0;
        for _ in 0..SAMPLES {
            let began = Instant::now();
            found = read(&store, ask.clone()).await?;
            times.push(began.elapsed());
        }
        tell(&format!("{what} ({found})"), &mut times)?;
        if what == "the last page" {
            let most = times.get(times.len() / 2).copied().context("measured")?;
            ensure!(most < Duration::from_millis(5), "the last page took {most:?}, which is to stay under 5 ms");
        }
    }
    for (what, ask) in
        [("how many, of all", first()), ("how many, with a friend", PageAsk { with: friend()?, ..first() })]
    {
        let mut times = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES / 4 {
            let began = Instant::now();
            store.count(ask.clone()).await?.context("a number")?;
            times.push(began.elapsed());
        }
        tell(what, &mut times)?;
    }
    let ids = ArchiveIds::new(&SecretKey::new([5; 32]));
    let began = Instant::now();
    for row in 1..=IDS {
        let text = ids.text(&large, ArchiveId(row));
        ensure!(ids.read(&large, &text) == Some(ArchiveId(row)), "an id reads as what it was made of");
    }
    say(&format!("an id made and read: {:.2} us", began.elapsed().as_secs_f64() * 1e6 / IDS as f64))
}

/// A page, in as many steps as it takes; gives how many messages it has.
async fn read(store: &Arc<parlour_store::Sqlite>, mut ask: PageAsk) -> anyhow::Result<usize> {
    let mut found = 0;
    loop {
        let page = store.page(ask.clone()).await?.context("a page")?;
        found += page.messages.len();
        ask.limit -= page.messages.len();
        match page.end {
            PageEnd::All | PageEnd::Full => return Ok(found),
            PageEnd::Tired(last) if ask.backwards => ask.before.push(last),
            PageEnd::Tired(last) => ask.after.push(last),
        }
    }
}

/// Keeps the messages; gives the rows of the large archive.
async fn fill(
    store: &Arc<parlour_store::Sqlite>,
    place: &Place,
    large: &BareJid,
    messages: u32,
) -> anyhow::Result<Vec<ArchiveId>> {
    let small = (0..OTHERS).map(|n| place.jid(&format!("small{n}"))).collect::<anyhow::Result<Vec<_>>>()?;
    let between = (messages / (OTHERS * SMALL)).max(1);
    let mut rows = Vec::with_capacity(messages as usize);
    let mut waiting = tokio::task::JoinSet::new();
    for n in 0..messages {
        let at = BEGIN + i64::from(n) * STEP;
        let far = if n % 1000 == 7 { "elsewhere" } else { "phone" };
        let friend = format!("friend{}@far.test/{far}", n % FRIENDS);
        let told = keep(store, &friend, large, n, at)?;
        waiting.spawn(told);
        if n % between == 0 {
            let other = &small[(n / between % OTHERS) as usize];
            waiting.spawn(keep(store, &friend, other, n, at)?);
        }
        while waiting.len() >= AT_A_TIME {
            let (owner, row) = waiting.join_next().await.context("one")???;
            if owner == *large {
                rows.push(row);
            }
        }
    }
    while let Some(done) = waiting.join_next().await {
        let (owner, row) = done??;
        if owner == *large {
            rows.push(row);
        }
    }
    rows.sort();
    Ok(rows)
}

fn keep(
    store: &Arc<parlour_store::Sqlite>,
    from: &str,
    to: &BareJid,
    n: u32,
    at: i64,
) -> anyhow::Result<impl Future<Output = anyhow::Result<(BareJid, ArchiveId)>> + use<>> {
    let stanza = format!(
        "<message from='{from}' to='{to}' type='chat' id='a0b1c2d3-{n:08}'><body>a line of about the usual length, number \
         {n}, and then some more words</body><active xmlns='http://jabber.org/protocol/chatstates'/><request \
         xmlns='urn:xmpp:receipts'/><origin-id xmlns='urn:xmpp:sid:0' id='a0b1c2d3-{n:08}'/></message>"
    );
    let ask = KeepAsk {
        from: Jid::new(from)?,
        to: to.clone().into(),
        sender: false,
        recipient: true,
        offline: false,
        underway: false,
        stanza: Kept::from(stanza.as_bytes()),
        at,
        count: None,
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    store.keep(ask, Box::new(move |outcome| drop(tell.send(outcome))));
    let owner = to.clone();
    Ok(async move { Ok((owner, told.await??.into_out().recipient.context("a row")?)) })
}

fn tell(what: &str, times: &mut [Duration]) -> anyhow::Result<()> {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 1000).context("measured").map(|t| t.as_secs_f64() * 1e3);
    let most = times.last().context("measured")?.as_secs_f64() * 1e3;
    say(&format!("{what:<45} p50 {:>7.2} ms   p99 {:>7.2} ms   longest {most:>7.2} ms", at(500)?, at(990)?))
}

/// People the large account writes with.
const FRIENDS: u32 = 50;
/// Small accounts.
const OTHERS: u32 = 100;
/// Messages of each of them.
const SMALL: u32 = 300;
/// Messages being written at a time.
const AT_A_TIME: usize = 512;
/// Messages in a page: what is sent where nothing else is set.
const PAGE: usize = 50;
/// Times each question is asked.
const SAMPLES: usize = 400;
/// Ids made and read.
const IDS: i64 = 200_000;
/// When the first message came.
const BEGIN: i64 = 1_700_000_000_000;
/// Milliseconds from one to the next.
const STEP: i64 = 30_000;
