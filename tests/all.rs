//! Integration tests: whole servers over real sockets, and the house itself. One binary, so that it links once.

mod acme;
mod attacks;
mod chaos;
mod crash;
mod doors;
mod faults;
mod fuzzed;
mod guards;
mod half_open;
mod house;
mod matrix;
mod model;
mod poison;
mod push;
mod streams;
mod whole;
mod wire;
