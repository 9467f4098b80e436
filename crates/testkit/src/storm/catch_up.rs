//! Looking into the own archive for what no stream has brought.
//!
//! Spec: XEP-0313 v1.1.3 §4 (querying), XEP-0059 v1.0 §2.2.

use anyhow::Context as _;
use parlour_xmpp::ns;
use parlour_xmpp::xml::Element;

use super::outgoing::What;
use super::person::{Person, said_in};
use crate::Client;

impl Person {
    /// Reads all of it: what was written there late may stand before what was read earlier. A server without an archive
    /// is no error.
    ///
    /// # Errors
    /// When the stream breaks.
    pub(super) async fn catch_up(&mut self, client: &mut Client) -> anyhow::Result<()> {
        self.archive_mark = None;
        loop {
            let after = self.archive_mark.as_ref().map(|mark| format!("<after>{mark}</after>")).unwrap_or_default();
            let query = format!(
                "<query xmlns='{}' queryid='archive'><set xmlns='{}'><max>{PAGE}</max>{after}</set></query>",
                ns::MAM,
                ns::RSM
            );
            // Not said again on another stream: whoever asks then asks anew.
            let xml = self.request("set", "archive", &query, What::Passing);
            self.awaited = Some(("archive".to_owned(), None));
            client.send(xml).await;
            let answer = self.answer(client).await.context("an answer of the archive")?;
            let Some(fin) = answer.child_named(ns::MAM, "fin") else {
                if self.archive_mark.take().is_some() {
                    // It does not know the mark (any more): from the beginning.
                    continue;
                }
                return Ok(());
            };
            let last = fin.child_named(ns::RSM, "set").and_then(|set| set.child_text("last"));
            let Some(last) = last else { return Ok(()) };
            self.archive_mark = Some(last);
            if fin.attr_value("complete") == Some("true") {
                return Ok(());
            }
        }
    }

    /// What came to oneself counts; that what one said is in one's own archive tells where it was lost.
    pub(super) fn hear_archived(&mut self, result: &Element) {
        let message = result.child_named(ns::FORWARD, "forwarded").and_then(|f| f.child_named(ns::CLIENT, "message"));
        match message.and_then(said_in) {
            Some(id) if id.from == self.number => self.board.ledger().kept(id),
            Some(id) => self.board.ledger().archived(self.number, id),
            None => {}
        }
    }
}

/// Messages of a page.
const PAGE: u32 = 100;
