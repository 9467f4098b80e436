//! Sockets, TLS, certificates and their reload, ALPN, per-address limits, the local socket.
