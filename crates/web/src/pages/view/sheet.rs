//! An invitation on paper: one large, or slips to cut apart, each with the square and the link in words.
//!
//! The square is drawn once and used on each slip, so that 24 of them stay a small page.

use jiff::Timestamp;

use super::Site;
use crate::pages::{paths, qr};

/// The style of the sheet, beside the stylesheet of all pages.
pub const STYLE: &str = include_str!("../sheet.css");

/// How many are on a page of A4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slips {
    /// One, with a large square.
    One,
    /// Two columns of four; the square is 40 mm.
    Eight,
    /// Three columns of eight; the square is 28 mm.
    Many,
}

impl Slips {
    /// As an address says it.
    pub fn parse(text: &str) -> Self {
        match text {
            "8" => Self::Eight,
            "24" => Self::Many,
            _ => Self::One,
        }
    }

    pub(crate) fn count(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Eight => 8,
            Self::Many => 24,
        }
    }
}

/// `GET /me/invites/ID/print` and the console's.
#[derive(Debug, askama::Template)]
#[template(path = "sheet.html")]
pub struct Sheet<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// Who invites, where a person does.
    pub inviter: Option<&'a str>,
    /// The whole address of the landing page.
    pub link: &'a str,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// It lets in more than one.
    pub several: bool,
    /// How many slips.
    pub slips: Slips,
    /// The path of this page, for the choice of slips.
    pub path: &'a str,
    /// The path of the invitation's own page.
    pub back: &'a str,
}

impl Sheet<'_> {
    fn count(&self) -> u8 {
        self.slips.count()
    }

    fn title(&self) -> String {
        match self.inviter {
            Some(inviter) if !self.several => self.site.with("landing-title-personal", "inviter", inviter),
            _ => self.site.named("landing-title-place"),
        }
    }

    fn until(&self) -> Option<String> {
        let at = self.expires?;
        Some(self.site.with("card-until", "date", self.site.lang.day(at, self.site.now, self.site.zone)))
    }

    fn choices(&self) -> [(&'static str, String, bool); 3] {
        [(Slips::One, "print-one"), (Slips::Eight, "print-eight"), (Slips::Many, "print-many")].map(|(slips, text)| {
            (text, paths::with(self.path, &[("n", &slips.count().to_string())]), slips == self.slips)
        })
    }

    fn own_style(&self) -> &'static str {
        STYLE
    }

    fn square(&self) -> Option<String> {
        qr::symbol(self.link, "square")
    }

    /// The link as somebody types it.
    fn typed(&self) -> &str {
        self.link.split_once("://").map_or(self.link, |(_, rest)| rest)
    }
}
