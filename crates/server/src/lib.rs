//! XMPP doors: client streams over TCP, TLS and WebSocket, and one module per XEP.
