//! What is kept: one trait per area, a method per act, SQLite behind them.
