//! Every namespace that is spoken here, each with the document that defines it.
//!
//! No spec of its own: one list, so that a name is written once and can be found. Form types and
//! command nodes stand here too, since they are compared like namespaces.

// ---- Core ----

/// The `xml:` prefix. Namespaces in XML 1.0, section 3.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The `xmlns:` prefix. Namespaces in XML 1.0, section 3.
pub const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// Stream header, features and errors. RFC 6120 §4.8.1.
pub const STREAM: &str = "http://etherx.jabber.org/streams";
/// Content of client streams. RFC 6120 §4.8.2.
pub const CLIENT: &str = "jabber:client";
/// Content of server-to-server streams. RFC 6120 §4.8.2.
pub const SERVER: &str = "jabber:server";
/// Framing over WebSocket. RFC 7395 §3.3.
pub const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";
/// Conditions that applications add to errors. XEP-0182 §2.
pub const APP_ERRORS: &str = "urn:xmpp:errors";
/// Conditions of stream errors. RFC 6120 §4.9.
pub const STREAMS: &str = "urn:ietf:params:xml:ns:xmpp-streams";
/// Conditions of stanza errors. RFC 6120 §8.3.
pub const STANZAS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
/// STARTTLS. RFC 6120 §5.
pub const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
/// SASL. RFC 6120 §6.
pub const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
/// Resource binding. RFC 6120 §7.
pub const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
/// Session establishment, a no-op kept for old clients. RFC 3921 §3, RFC 6121 appendix E.
pub const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";

// ---- Instant messaging (RFC 6121) ----

/// Roster. RFC 6121 §2.
pub const ROSTER: &str = "jabber:iq:roster";
/// Stream feature: roster versioning. RFC 6121 §2.6.1.
pub const ROSTER_VERSIONING: &str = "urn:xmpp:features:rosterver";
/// Stream feature: subscription pre-approval. RFC 6121 §3.4.1.
pub const PRE_APPROVAL: &str = "urn:xmpp:features:pre-approval";

// ---- XEPs, by number ----

/// Data forms. XEP-0004.
pub const DATA: &str = "jabber:x:data";
/// Last activity. XEP-0012.
pub const LAST: &str = "jabber:iq:last";
/// Disco info. XEP-0030.
pub const DISCO_INFO: &str = "http://jabber.org/protocol/disco#info";
/// Disco items. XEP-0030.
pub const DISCO_ITEMS: &str = "http://jabber.org/protocol/disco#items";
/// Multi-user chat. XEP-0045.
pub const MUC: &str = "http://jabber.org/protocol/muc";
/// Multi-user chat, what occupants see. XEP-0045.
pub const MUC_USER: &str = "http://jabber.org/protocol/muc#user";
/// Multi-user chat, moderators and admins. XEP-0045.
pub const MUC_ADMIN: &str = "http://jabber.org/protocol/muc#admin";
/// Multi-user chat, owners. XEP-0045.
pub const MUC_OWNER: &str = "http://jabber.org/protocol/muc#owner";
/// Private XML storage. XEP-0049.
pub const PRIVATE: &str = "jabber:iq:private";
/// Ad-hoc commands; also the disco node that lists them. XEP-0050.
pub const COMMANDS: &str = "http://jabber.org/protocol/commands";
/// vCard. XEP-0054.
pub const VCARD: &str = "vcard-temp";
/// Result sets. XEP-0059.
pub const RSM: &str = "http://jabber.org/protocol/rsm";
/// Publish-subscribe. XEP-0060.
pub const PUBSUB: &str = "http://jabber.org/protocol/pubsub";
/// Publish-subscribe events. XEP-0060.
pub const PUBSUB_EVENT: &str = "http://jabber.org/protocol/pubsub#event";
/// Publish-subscribe, node owners. XEP-0060.
pub const PUBSUB_OWNER: &str = "http://jabber.org/protocol/pubsub#owner";
/// Publish-subscribe error conditions. XEP-0060.
pub const PUBSUB_ERRORS: &str = "http://jabber.org/protocol/pubsub#errors";
/// `FORM_TYPE` of publish options. XEP-0060 §7.1.5.
pub const PUBSUB_PUBLISH_OPTIONS: &str = "http://jabber.org/protocol/pubsub#publish-options";
/// `FORM_TYPE` of a node's configuration. XEP-0060 §16.4.4.
pub const PUBSUB_NODE_CONFIG: &str = "http://jabber.org/protocol/pubsub#node_config";
/// Out-of-band data in a message or a registration answer. XEP-0066.
pub const OOB: &str = "jabber:x:oob";
/// In-band registration. XEP-0077.
pub const REGISTER: &str = "jabber:iq:register";
/// Stream feature of in-band registration. XEP-0077 §8.
pub const REGISTER_FEATURE: &str = "http://jabber.org/features/iq-register";
/// Avatar data. XEP-0084.
pub const AVATAR_DATA: &str = "urn:xmpp:avatar:data";
/// Avatar metadata. XEP-0084.
pub const AVATAR_METADATA: &str = "urn:xmpp:avatar:metadata";
/// Chat states. XEP-0085.
pub const CHAT_STATES: &str = "http://jabber.org/protocol/chatstates";
/// Software version. XEP-0092.
pub const VERSION: &str = "jabber:iq:version";
/// Components. XEP-0114.
pub const COMPONENT: &str = "jabber:component:accept";
/// Entity capabilities. XEP-0115.
pub const CAPS: &str = "http://jabber.org/protocol/caps";
/// What a form's field may hold. XEP-0122.
pub const DATA_VALIDATE: &str = "http://jabber.org/protocol/xdata-validate";
/// Stream feature: compression (never offered, named to be refused). XEP-0138.
pub const COMPRESS_FEATURE: &str = "http://jabber.org/features/compress";
/// vCard-based avatars. XEP-0153.
pub const VCARD_UPDATE: &str = "vcard-temp:x:update";
/// Alternative connection methods. XEP-0156.
pub const ALT_CONNECTIONS: &str = "urn:xmpp:alt-connections:websocket";
/// `FORM_TYPE` of contact addresses. XEP-0157.
pub const SERVERINFO: &str = "http://jabber.org/network/serverinfo";
/// `nick`. XEP-0172.
pub const NICK: &str = "http://jabber.org/protocol/nick";
/// Delivery receipts. XEP-0184.
pub const RECEIPTS: &str = "urn:xmpp:receipts";
/// Blocking. XEP-0191.
pub const BLOCKING: &str = "urn:xmpp:blocking";
/// Blocking, the error's application condition. XEP-0191 §3.3.
pub const BLOCKING_ERRORS: &str = "urn:xmpp:blocking:errors";
/// Stream management. XEP-0198.
pub const SM: &str = "urn:xmpp:sm:3";
/// Ping. XEP-0199.
pub const PING: &str = "urn:xmpp:ping";
/// Entity time. XEP-0202.
pub const TIME: &str = "urn:xmpp:time";
/// Delayed delivery. XEP-0203.
pub const DELAY: &str = "urn:xmpp:delay";
/// External service discovery. XEP-0215.
pub const EXTDISCO: &str = "urn:xmpp:extdisco:2";
/// Dialback. XEP-0220.
pub const DIALBACK: &str = "jabber:server:dialback";
/// Stream feature: dialback with errors. XEP-0220 §2.4.2.
pub const DIALBACK_FEATURE: &str = "urn:xmpp:features:dialback";
/// In-room conference invitation. XEP-0249.
pub const CONFERENCE: &str = "jabber:x:conference";
/// Carbons. XEP-0280.
pub const CARBONS: &str = "urn:xmpp:carbons:2";
/// Carbons, which messages they cover. XEP-0280 §6.1.
pub const CARBONS_RULES: &str = "urn:xmpp:carbons:rules:0";
/// Hash functions. XEP-0300.
pub const HASHES: &str = "urn:xmpp:hashes:2";
/// vCard 4 in XML. RFC 6351, XEP-0292.
pub const VCARD4: &str = "urn:ietf:params:xml:ns:vcard-4.0";
/// The node of vCard 4. XEP-0292 §4.
pub const VCARD4_NODE: &str = "urn:xmpp:vcard4";
/// Stanza forwarding. XEP-0297.
pub const FORWARD: &str = "urn:xmpp:forward:0";
/// Message correction. XEP-0308.
pub const CORRECT: &str = "urn:xmpp:message-correct:0";
/// Message archive. XEP-0313.
pub const MAM: &str = "urn:xmpp:mam:2";
/// Message archive, extended queries. XEP-0313.
pub const MAM_EXTENDED: &str = "urn:xmpp:mam:2#extended";
/// Message archive, queries may say whether messages of rooms are wanted. XEP-0313.
pub const MAM_GROUPCHAT_FIELD: &str = "urn:xmpp:mam:2#groupchat-field";
/// Chat markers. XEP-0333.
pub const MARKERS: &str = "urn:xmpp:chat-markers:0";
/// Processing hints. XEP-0334.
pub const HINTS: &str = "urn:xmpp:hints";
/// Client state. XEP-0352.
pub const CSI: &str = "urn:xmpp:csi:0";
/// Jingle message initiation. XEP-0353.
pub const JINGLE_MESSAGE: &str = "urn:xmpp:jingle-message:0";
/// Push. XEP-0357.
pub const PUSH: &str = "urn:xmpp:push:0";
/// Stanza ids. XEP-0359.
pub const SID: &str = "urn:xmpp:sid:0";
/// File upload. XEP-0363.
pub const HTTP_UPLOAD: &str = "urn:xmpp:http:upload:0";
/// Pre-authenticated subscription; also the `preauth` of XEP-0445. XEP-0379.
pub const PARS: &str = "urn:xmpp:pars:0";
/// Encryption that a message uses. XEP-0380.
pub const EME: &str = "urn:xmpp:eme:0";
/// OMEMO, the version in wide use. XEP-0384 v0.3.
pub const OMEMO_LEGACY: &str = "eu.siacs.conversations.axolotl";
/// OMEMO. XEP-0384.
pub const OMEMO: &str = "urn:xmpp:omemo:2";
/// Bind 2. XEP-0386.
pub const BIND2: &str = "urn:xmpp:bind:0";
/// SASL2. XEP-0388.
pub const SASL2: &str = "urn:xmpp:sasl:2";
/// Avatars both ways. XEP-0398.
pub const AVATAR_CONVERSION: &str = "urn:xmpp:pep-vcard-conversion:0";
/// Command node: create a contact invite. XEP-0401 §5.1.
pub const INVITE_COMMAND: &str = "urn:xmpp:invite#invite";
/// Command node: create an account invite. XEP-0401 §5.4.
pub const INVITE_CREATE_ACCOUNT: &str = "urn:xmpp:invite#create-account";
/// Command node of ours: the asker's invites, to see, renew and take back.
pub const INVITES_COMMAND: &str = "urn:parlour:commands#invites";
/// Command node of ours: a contact is removed and blocked in one step.
pub const REMOVE_AND_BLOCK_COMMAND: &str = "urn:parlour:commands#remove-and-block";
/// `FORM_TYPE` of what an invite command answers. XEP-0401 §12.1.
pub const INVITE_FORM: &str = "urn:xmpp:invite#invitation";
/// Stream feature of pre-authentication before XEP-0445, still looked for by yaxim and others.
pub const INVITE_LEGACY: &str = "urn:xmpp:invite";
/// Bookmarks. XEP-0402.
pub const BOOKMARKS: &str = "urn:xmpp:bookmarks:1";
/// Bookmarks: private XML says the same. XEP-0402 §6.
pub const BOOKMARKS_COMPAT: &str = "urn:xmpp:bookmarks:1#compat";
/// Bookmarks: the list in personal eventing says the same. XEP-0402 §6.
pub const BOOKMARKS_COMPAT_PEP: &str = "urn:xmpp:bookmarks:1#compat-pep";
/// Bookmarks: private XML and the list in personal eventing are one. XEP-0411.
pub const BOOKMARKS_CONVERSION: &str = "urn:xmpp:bookmarks-conversion:0";
/// Older bookmarks. XEP-0048.
pub const BOOKMARKS_LEGACY: &str = "storage:bookmarks";
/// Message retraction. XEP-0424.
pub const RETRACT: &str = "urn:xmpp:message-retract:1";
/// Channel-binding types. XEP-0440.
pub const SASL_CB: &str = "urn:xmpp:sasl-cb:0";
/// Reactions. XEP-0444.
pub const REACTIONS: &str = "urn:xmpp:reactions:0";
/// Stream feature of pre-authenticated registration. XEP-0445 §3.
pub const IBR_TOKEN: &str = "urn:xmpp:ibr-token:0";
/// Stream limits. XEP-0478.
pub const STREAM_LIMITS: &str = "urn:xmpp:stream-limits:0";
/// SASL upgrade tasks. XEP-0480.
pub const SASL_UPGRADE: &str = "urn:xmpp:sasl:upgrade:0";
/// SASL upgrade, the SCRAM task. XEP-0480.
pub const SCRAM_UPGRADE: &str = "urn:xmpp:scram-upgrade:0";
/// Fast authentication with tokens. XEP-0484.
pub const FAST: &str = "urn:xmpp:fast:0";
/// Message displayed synchronisation. XEP-0490.
pub const MDS: &str = "urn:xmpp:mds:displayed:0";
/// Message displayed synchronisation, said in a message. XEP-0490 §4.4.2.
pub const MDS_SERVER_ASSIST: &str = "urn:xmpp:mds:server-assist:0";
/// Both directions on one server-to-server stream. XEP-0288.
pub const BIDI: &str = "urn:xmpp:bidi";
/// Stream feature of both directions on one stream. XEP-0288.
pub const BIDI_FEATURE: &str = "urn:xmpp:features:bidi";
