//! The lines of the table, one file for each thing that is measured.

mod empty;
mod issuing;
mod large;
pub mod pages;
mod registrations;
pub mod storm;

use crate::table::Line;

/// All, in the order of the document.
pub fn all() -> Vec<Line> {
    vec![
        registrations::IN_BAND,
        registrations::FORM,
        registrations::API,
        issuing::LINE,
        pages::SHARED,
        pages::SINGLE,
        storm::SMALL,
        storm::LARGE,
        large::LINE,
        empty::LINE,
    ]
}
