//! How long one chat message takes to frame and to write: `cargo run --release -p parlour-xmpp --example framing`.

#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::hint::black_box;
use std::time::Instant;

use parlour_xmpp::framer::{Frame, Framer, Limits, Mode};
use parlour_xmpp::stanza::Stamp;

const OPEN: &[u8] = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

const MESSAGE: &[u8] = b"<message to='bob@example.org/phone-7f3a' from='alice@example.org/desk-19c2' type='chat' \
    id='5d0c3e0a-6a0e-4f6b-9f3e-0d6c5a5b7c11'><body>Fish &amp; chips at seven? I can bring the book.</body>\
    <active xmlns='http://jabber.org/protocol/chatstates'/>\
    <origin-id xmlns='urn:xmpp:sid:0' id='5d0c3e0a-6a0e-4f6b-9f3e-0d6c5a5b7c11'/>\
    <request xmlns='urn:xmpp:receipts'/></message>";

const ROUNDS: u32 = 200_000;

fn main() {
    let mut framer = Framer::new(Mode::Stream, Limits::after_auth());
    framer.next(OPEN).expect("a header");
    let mut out = Vec::new();
    for round in 0..5 {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(framer.next(black_box(MESSAGE)).expect("a stanza"));
        }
        let framing = start.elapsed() / ROUNDS;

        let Some(Frame::Stanza(stanza)) = framer.next(MESSAGE).expect("a stanza").frame else { return };
        let start = Instant::now();
        for _ in 0..ROUNDS {
            out.clear();
            stanza.write(&mut out, black_box(&Stamp { from: stanza.from(), ..Stamp::default() }));
            black_box(&out);
        }
        println!("round {round}: {} bytes, frame {framing:?}, write {:?}", MESSAGE.len(), start.elapsed() / ROUNDS);
    }
}
