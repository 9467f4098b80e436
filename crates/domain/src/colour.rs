//! A place's colour, and the shades of it that can be read on light and on dark paper.
//!
//! Spec: WCAG 2.2 §1.4.3 (contrast), with its formula for relative luminance.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The contrast that text needs (WCAG 2.2, AA).
pub const READABLE: f64 = 4.5;

/// A colour, written `#1f5fa8` or `#15a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Reads `#rrggbb` or `#rgb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        let all = digits.bytes().map(|b| char::from(b).to_digit(16)).collect::<Option<Vec<_>>>()?;
        let byte = |high: u32, low: u32| u8::try_from(high * 16 + low).ok();
        match all[..] {
            [r, g, b] => Some(Self([byte(r, r)?, byte(g, g)?, byte(b, b)?])),
            [a, b, c, d, e, f] => Some(Self([byte(a, b)?, byte(c, d)?, byte(e, f)?])),
            _ => None,
        }
    }

    /// Relative luminance, from 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The contrast between two colours, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// `self` with `part` parts of `other` in 256.
    #[must_use]
    pub fn mixed(self, other: Self, part: u16) -> Self {
        let part = u32::from(part.min(256));
        let mut out = self.0;
        for (own, others) in out.iter_mut().zip(other.0) {
            let sum = u32::from(*own) * (256 - part) + u32::from(others) * part;
            *own = u8::try_from((sum + 128) / 256).unwrap_or(u8::MAX);
        }
        Self(out)
    }

    /// The shade nearest to `self` that can be read on all of `grounds`: darker where they are light, lighter where
    /// they are dark. `self` where it can be read already.
    #[must_use]
    pub fn readable_on(self, grounds: &[Self]) -> Self {
        let light = grounds.iter().map(|ground| ground.luminance()).fold(0.0, f64::max) > 0.18;
        let towards = if light { Self::BLACK } else { Self::WHITE };
        let fits = |shade: &Self| grounds.iter().all(|ground| shade.contrast(*ground) >= READABLE);
        (0..=256).map(|part| self.mixed(towards, part)).find(fits).unwrap_or(towards)
    }

    /// White or a shade of black: whichever can be read on `self`.
    #[must_use]
    pub fn ink(self) -> Self {
        let dark = Self::BLACK.mixed(self, 28);
        if Self::WHITE.contrast(self) >= READABLE {
            Self::WHITE
        } else if dark.contrast(self) >= READABLE {
            dark
        } else {
            // One of the two always does: no colour is near both.
            Self::BLACK
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct ColourVisitor;
        impl Visitor<'_> for ColourVisitor {
            type Value = Colour;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a colour such as \"#1f5fa8\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Colour, E> {
                Colour::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        from.deserialize_str(ColourVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        for (text, written) in [("#1f5fa8", "#1f5fa8"), ("#1F5FA8", "#1f5fa8"), (" #15a ", "#1155aa")] {
            assert_eq!(Colour::parse(text).map(|c| c.to_string()).as_deref(), Some(written), "{text}");
        }
        for text in ["", "#", "1f5fa8", "#12", "#1234", "#1f5fa", "#1f5fa8ff", "#gggggg", "red", "#é12", "#+1f5fa"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_what_the_guideline_says() {
        let near = |a: f64, b: f64| (a - b).abs() < 0.05;
        assert!(near(Colour::BLACK.contrast(Colour::WHITE), 21.0));
        assert!(near(Colour([0x77; 3]).contrast(Colour::WHITE), 4.48), "the grey that just fails");
        assert!(near(Colour([0x1f, 0x5f, 0xa8]).contrast(Colour::WHITE), 6.4));
    }

    #[test]
    fn any_colour_becomes_readable_in_light_and_dark() {
        let light = [Colour::WHITE, Colour([0xf7, 0xf6, 0xf3])];
        let dark = [Colour([0x21, 0x1f, 0x1c]), Colour([0x16, 0x15, 0x13])];
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let colour = Colour([r, g, b]);
                    for grounds in [light, dark] {
                        let shade = colour.readable_on(&grounds);
                        for ground in grounds {
                            assert!(shade.contrast(ground) >= READABLE, "{colour} as {shade} on {ground}");
                        }
                        assert!(shade.ink().contrast(shade) >= READABLE, "{} on {shade}", shade.ink());
                    }
                    assert!(colour.ink().contrast(colour) >= READABLE, "{} on {colour}", colour.ink());
                }
            }
        }
        let own = Colour([0x1f, 0x5f, 0xa8]);
        assert_eq!(own.readable_on(&light), own, "what is fine stays");
        assert!(own.readable_on(&dark).luminance() > own.luminance());
        assert_eq!(Colour([255, 230, 0]).readable_on(&dark), Colour([255, 230, 0]));
    }
}
