//! Bytes to protocol and back: JIDs, framing, stanzas with raw payload, payload readers, namespaces, stream and SASL machines.

pub mod error;
pub mod forms;
pub mod framer;
#[doc(hidden)]
pub mod fuzzing;
pub mod jid;
pub mod ns;
pub mod payload;
pub mod sasl;
pub mod stanza;
pub mod stream;
pub mod time;
pub mod uri;
pub mod xml;
