//! One async function per act, one way for every stanza.
