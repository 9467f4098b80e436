//! The picture that chat apps show for a link: the place's colour and first letter on paper. It is one for each place
//! and says nothing about the invitation.
//!
//! Spec: Open Graph (`og:image`), 1200 by 630 pixels. Nothing is drawn but what stands here, so no font is needed.

mod letters;

use letters::{Point, Stroke};
use parlour_domain::Colour;

use crate::png;

/// Pixels across.
pub const WIDTH: u32 = 1200;
/// Pixels down.
pub const HEIGHT: u32 = 630;

/// Shades between two colours, for soft edges.
const SHADES: u8 = 32;
/// The round seal: its middle and how far it reaches.
const MIDDLE: Point = (600.0, 290.0);
const SEAL: f32 = 168.0;
/// Half the width of the pen, and how high a capital is.
const PEN: f32 = 11.0;
const CAPITAL: f32 = 148.0;

/// The card for a place of this colour whose name begins with `initial`, as PNG.
pub fn draw(colour: Colour, initial: Option<char>) -> Vec<u8> {
    let paper = Colour([0xf7, 0xf6, 0xf3]);
    let ink = colour.ink();
    let shades =
        |from: Colour, to: Colour| (0..SHADES).map(move |n| from.mixed(to, u16::from(n) * 256 / u16::from(SHADES - 1)));
    // Paper to seal, seal to ink, paper to the line below.
    let line = paper.mixed(colour, 96);
    let palette: Vec<Colour> = shades(paper, colour).chain(shades(colour, ink)).chain(shades(paper, line)).collect();
    let strokes = placed(initial);
    let mut pixels = Vec::with_capacity((WIDTH * HEIGHT) as usize);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            // A card is far smaller than what a float holds exactly.
            #[expect(clippy::cast_precision_loss, reason = "at most 1200")]
            let point = (x as f32 + 0.5, y as f32 + 0.5);
            pixels.push(shade(point, &strokes));
        }
    }
    png::encode(WIDTH, &palette, &pixels)
}

/// The palette's entry for a point.
fn shade(point: Point, strokes: &[Stroke]) -> u8 {
    let from_middle = (point.0 - MIDDLE.0).hypot(point.1 - MIDDLE.1);
    let seal = covered(from_middle - SEAL);
    if seal == 0 {
        // A quiet line, as under a letterhead.
        let line = distance(point, &[(480.0, 540.0), (720.0, 540.0)]) - 3.0;
        let line = covered(line);
        return if line > 0 { 2 * SHADES + line } else { 0 };
    }
    if seal < SHADES - 1 || from_middle > SEAL - 20.0 {
        return seal;
    }
    let pen = strokes.iter().map(|stroke| distance(point, stroke)).fold(f32::MAX, f32::min) - PEN;
    SHADES + covered(pen)
}

/// How much of a pixel lies within an edge that is `outside` away: 0 to `SHADES - 1`.
fn covered(outside: f32) -> u8 {
    let part = (0.5 - outside).clamp(0.0, 1.0) * f32::from(SHADES - 1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and SHADES - 1")]
    let shade = part.round() as u8;
    shade
}

/// How far a point is from a line through `points`.
fn distance(point: Point, points: &[Point]) -> f32 {
    let mut nearest = f32::MAX;
    for pair in points.windows(2) {
        let &[(ax, ay), (bx, by)] = pair else { continue };
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        let along = if length > 0.0 { ((point.0 - ax) * dx + (point.1 - ay) * dy) / length } else { 0.0 };
        let along = along.clamp(0.0, 1.0);
        nearest = nearest.min((point.0 - ax - along * dx).hypot(point.1 - ay - along * dy));
    }
    nearest
}

/// The initial in the middle of the seal; a speech bubble where it has no drawing.
fn placed(initial: Option<char>) -> Vec<Stroke> {
    let (strokes, width) = initial.and_then(letters::letter).unwrap_or_else(bubble);
    let (left, top) = (MIDDLE.0 - width * CAPITAL / 2.0, MIDDLE.1 - CAPITAL / 2.0);
    let place = |(x, y): Point| (left + x * CAPITAL, top + y * CAPITAL);
    strokes.into_iter().map(|stroke| stroke.into_iter().map(place).collect()).collect()
}

fn bubble() -> (Vec<Stroke>, f32) {
    let mut round = letters::arc(0.55, 0.42, 0.55, 0.42, 115.0, 450.0);
    round.extend([(0.3, 1.0), (0.31, 0.8)]);
    let dot = |x: f32| vec![(x, 0.42), (x + 0.01, 0.42)];
    (vec![round, dot(0.3), dot(0.545), dot(0.79)], 1.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_small_and_differs_by_letter_and_colour() {
        let blue = Colour([0x1f, 0x5f, 0xa8]);
        let cards = [
            draw(blue, Some('H')),
            draw(blue, Some('O')),
            draw(blue, Some('Ж')),
            draw(Colour([0xff, 0xe6, 0]), Some('H')),
        ];
        for (at, card) in cards.iter().enumerate() {
            assert!(card.len() < 24_000, "{} bytes", card.len());
            assert!(card.starts_with(b"\x89PNG"));
            assert_eq!(card.get(16..24), Some(&[0, 0, 4, 0xb0, 0, 0, 2, 0x76][..]), "1200 by 630");
            assert!(cards.iter().skip(at + 1).all(|other| other != card));
        }
        assert_eq!(draw(blue, None), draw(blue, Some('漢')), "what has no drawing gets the bubble");
    }
}
