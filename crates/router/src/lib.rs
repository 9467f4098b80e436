//! Who is online and where, and the bounded outboxes that lead to them.
