//! Integration tests: whole servers over real sockets. One binary, so that it links once.
