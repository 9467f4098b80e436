//! A whole server on free ports, a small client, wire scripts, a clock to move. Tests only.
