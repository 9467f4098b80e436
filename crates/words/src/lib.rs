//! Fluent texts for pages, the command line and what XMPP sends, in the recipient's language.
