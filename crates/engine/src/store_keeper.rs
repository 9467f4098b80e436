//! Archive and offline storage for the way of a stanza, kept by the store.

use std::sync::Arc;

use parlour_domain::archive::{self, ArchiveId, StreamCount};
use parlour_domain::kept::Kept;
use parlour_domain::{HostName, Millis};
use parlour_store::StoreError;
use parlour_store::archive::{ArchiveStore, PutBack};
use parlour_xmpp::jid::BareJid;
use parlour_xmpp::stanza::{Stamp, Stanza};

use crate::iq::BoxFuture;
use crate::keeper::{HandOver, KeepAsk, Keeper, KeptAs, OfflineRow, Undelivered};

/// [`Keeper`] over the store's area.
pub struct StoreKeeper {
    store: Arc<dyn ArchiveStore>,
}

impl StoreKeeper {
    /// Over a store.
    pub fn new(store: Arc<dyn ArchiveStore>) -> Self {
        Self { store }
    }
}

impl Keeper for StoreKeeper {
    fn keep(&self, ask: KeepAsk, then: HandOver) {
        let stamp = Stamp { from: Some(&ask.from), to: Some(&ask.to), ..Stamp::default() };
        let in_archive = ask.keep.recipient;
        let ask = archive::KeepAsk {
            stanza: Kept::from(ask.stanza.to_bytes(&stamp)),
            from: (*ask.from).clone(),
            to: (*ask.to).clone(),
            sender: ask.keep.sender,
            recipient: ask.keep.recipient,
            offline: ask.keep.offline,
            underway: ask.underway,
            at: ask.at,
            count: ask.count,
        };
        let then = move |outcome: Result<parlour_store::Committed<archive::KeptAt>, StoreError>| {
            then(outcome.map(|done| {
                let at = done.into_out();
                let recipient = at.recipient.map(|id| id.0);
                KeptAs {
                    sender: at.sender.map(|id| id.0),
                    recipient: recipient.filter(|_| in_archive),
                    offline: recipient.filter(|_| at.offline),
                    full: at.full,
                }
            }));
        };
        self.store.keep(ask, Box::new(then));
    }

    fn offline(&self, owner: &BareJid, after: i64, max: usize) -> BoxFuture<Result<Vec<OfflineRow>, StoreError>> {
        let rows = self.store.offline(owner.clone(), ArchiveId(after), max);
        Box::pin(async move {
            let rows = rows.await?.into_iter().filter_map(|row| {
                let id = row.id.0;
                match Stanza::parse(row.stanza.as_bytes()) {
                    Ok(stanza) => Some(OfflineRow { row: id, archive: row.archived.then_some(id), at: row.at, stanza }),
                    Err(error) => {
                        // One damaged row must not keep the others from being handed over.
                        tracing::error!(target: "parlour::way", row = id, %error, "a kept message does not read");
                        None
                    }
                }
            });
            Ok(rows.collect())
        })
    }

    fn drop_offline(&self, owner: &BareJid, rows: Vec<i64>) {
        if !rows.is_empty() {
            drop(self.store.drop_offline(owner.clone(), rows.into_iter().map(ArchiveId).collect()));
        }
    }

    fn arrived(&self, owner: &BareJid, rows: Vec<i64>) {
        if !rows.is_empty() {
            self.store.arrived(owner, rows.into_iter().map(ArchiveId).collect());
        }
    }

    fn put_offline(&self, owner: &BareJid, rows: Vec<Undelivered>) -> BoxFuture<()> {
        let rows = rows.into_iter().map(|row| PutBack {
            id: row.kept.map(ArchiveId),
            with: row.with,
            at: row.at,
            stanza: Kept::from(row.stanza.bytes()),
        });
        let put = self.store.put_offline(owner.clone(), rows.collect());
        Box::pin(async move {
            if let Err(error) = put.await {
                tracing::error!(target: "parlour::way", %error, "messages that were not taken could not be put back");
            }
        })
    }

    fn count_stream(&self, host: &HostName, count: StreamCount, at: Millis) {
        // Submitted; should it fail, the count of the last message that was kept is there.
        drop(self.store.count_stream(host.clone(), count, at));
    }

    fn stream_count(&self, host: &HostName, stream: &str) -> BoxFuture<Result<Option<u32>, StoreError>> {
        Box::pin(self.store.stream_count(host.clone(), stream.to_owned()))
    }
}
