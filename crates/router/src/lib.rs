//! Who is online and where: the table of accounts, the queue of each resource, the exits to other domains and nodes.
//!
//! A sender looks up an account, takes its queue and pushes; the connection behind the queue alone
//! owns its socket. No IO and no waiting in here.

mod asked;
mod budget;
mod directed;
mod exit;
mod handed;
mod live;
mod meters;
mod out;
mod outbox;
mod table;

pub use asked::Asked;
pub use budget::{Budget, FREE_BYTES};
pub use directed::Directed;
pub use exit::{Exit, NoExit};
pub use handed::Handed;
pub use live::Live;
pub use meters::Meters;
pub use out::{Out, Shared, Wake};
pub use outbox::{Bounds, End, Landed, Outbox, Taken, TooHigh};
pub use table::{Attached, Before, MAX_RESOURCES, Router, Since, TooManyResources};
