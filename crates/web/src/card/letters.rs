//! Letters as a pen draws them: lines and arcs of one width, so that a card needs no font.
//!
//! Left out: all but A to Z and the digits; the card shows a speech bubble for the others.

use std::f32::consts::PI;

/// A point; a capital letter is 1 high, y grows downwards.
pub(super) type Point = (f32, f32);

/// What the pen does without being lifted: at least two points.
pub(super) type Stroke = Vec<Point>;

/// The strokes of `letter`, and its width. `None` for a letter that has no drawing.
pub(super) fn letter(letter: char) -> Option<(Vec<Stroke>, f32)> {
    let l = |points: &[Point]| points.to_vec();
    let strokes = match letter.to_ascii_uppercase() {
        'A' => vec![l(&[(0.0, 1.0), (0.41, 0.0), (0.82, 1.0)]), l(&[(0.14, 0.66), (0.68, 0.66)])],
        'B' => vec![
            join(&[
                &l(&[(0.0, 0.48), (0.0, 0.0), (0.3, 0.0)]),
                &arc(0.32, 0.24, 0.24, 0.24, -90.0, 90.0),
                &l(&[(0.0, 0.48)]),
            ]),
            join(&[&l(&[(0.0, 0.48), (0.0, 1.0), (0.34, 1.0)]), &arc(0.36, 0.74, 0.27, 0.26, 90.0, -90.0)]),
        ],
        'C' => vec![arc(0.46, 0.5, 0.46, 0.5, -48.0, -312.0)],
        'D' => vec![join(&[
            &l(&[(0.0, 1.0), (0.0, 0.0), (0.26, 0.0)]),
            &arc(0.28, 0.5, 0.46, 0.5, -90.0, 90.0),
            &l(&[(0.0, 1.0)]),
        ])],
        'E' => vec![l(&[(0.56, 0.0), (0.0, 0.0), (0.0, 1.0), (0.56, 1.0)]), l(&[(0.0, 0.48), (0.48, 0.48)])],
        'F' => vec![l(&[(0.56, 0.0), (0.0, 0.0), (0.0, 1.0)]), l(&[(0.0, 0.5), (0.48, 0.5)])],
        'G' => vec![join(&[&arc(0.46, 0.5, 0.46, 0.5, -48.0, -360.0), &l(&[(0.54, 0.5)])])],
        'H' => vec![l(&[(0.0, 0.0), (0.0, 1.0)]), l(&[(0.68, 0.0), (0.68, 1.0)]), l(&[(0.0, 0.48), (0.68, 0.48)])],
        'I' => vec![l(&[(0.0, 0.0), (0.0, 1.0)])],
        'J' => vec![join(&[&l(&[(0.44, 0.0), (0.44, 0.72)]), &arc(0.22, 0.72, 0.22, 0.28, 0.0, 165.0)])],
        'K' => vec![l(&[(0.0, 0.0), (0.0, 1.0)]), l(&[(0.6, 0.0), (0.0, 0.58)]), l(&[(0.2, 0.4), (0.64, 1.0)])],
        'L' => vec![l(&[(0.0, 0.0), (0.0, 1.0), (0.54, 1.0)])],
        'M' => vec![l(&[(0.0, 1.0), (0.0, 0.0), (0.42, 0.62), (0.84, 0.0), (0.84, 1.0)])],
        'N' => vec![l(&[(0.0, 1.0), (0.0, 0.0), (0.68, 1.0), (0.68, 0.0)])],
        'O' => vec![arc(0.48, 0.5, 0.48, 0.5, 0.0, 360.0)],
        'P' => vec![join(&[
            &l(&[(0.0, 1.0), (0.0, 0.0), (0.3, 0.0)]),
            &arc(0.32, 0.27, 0.27, 0.27, -90.0, 90.0),
            &l(&[(0.0, 0.54)]),
        ])],
        'Q' => vec![arc(0.48, 0.5, 0.48, 0.5, 0.0, 360.0), l(&[(0.6, 0.72), (0.9, 1.06)])],
        'R' => vec![
            join(&[
                &l(&[(0.0, 1.0), (0.0, 0.0), (0.3, 0.0)]),
                &arc(0.32, 0.26, 0.26, 0.26, -90.0, 90.0),
                &l(&[(0.0, 0.52)]),
            ]),
            l(&[(0.28, 0.52), (0.62, 1.0)]),
        ],
        'S' => vec![join(&[&arc(0.3, 0.25, 0.27, 0.25, -28.0, -270.0), &arc(0.3, 0.75, 0.3, 0.25, -90.0, 152.0)])],
        'T' => vec![l(&[(0.0, 0.0), (0.7, 0.0)]), l(&[(0.35, 0.0), (0.35, 1.0)])],
        'U' => {
            vec![join(&[&l(&[(0.0, 0.0), (0.0, 0.64)]), &arc(0.34, 0.64, 0.34, 0.36, 180.0, 0.0), &l(&[(0.68, 0.0)])])]
        }
        'V' => vec![l(&[(0.0, 0.0), (0.39, 1.0), (0.78, 0.0)])],
        'W' => vec![l(&[(0.0, 0.0), (0.27, 1.0), (0.54, 0.1), (0.81, 1.0), (1.08, 0.0)])],
        'X' => vec![l(&[(0.0, 0.0), (0.7, 1.0)]), l(&[(0.7, 0.0), (0.0, 1.0)])],
        'Y' => vec![l(&[(0.0, 0.0), (0.36, 0.52), (0.72, 0.0)]), l(&[(0.36, 0.52), (0.36, 1.0)])],
        'Z' => vec![l(&[(0.0, 0.0), (0.66, 0.0), (0.0, 1.0), (0.66, 1.0)])],
        '0' => vec![arc(0.34, 0.5, 0.34, 0.5, 0.0, 360.0)],
        '1' => vec![l(&[(0.0, 0.2), (0.26, 0.0), (0.26, 1.0)])],
        '2' => vec![join(&[&arc(0.3, 0.28, 0.29, 0.28, -165.0, 32.0), &l(&[(0.0, 1.0), (0.6, 1.0)])])],
        '3' => vec![join(&[&arc(0.27, 0.25, 0.26, 0.25, -150.0, 90.0), &arc(0.27, 0.75, 0.3, 0.25, -90.0, 150.0)])],
        '4' => vec![l(&[(0.66, 0.7), (0.0, 0.7), (0.5, 0.0), (0.5, 1.0)])],
        '5' => {
            vec![join(&[&l(&[(0.54, 0.0), (0.08, 0.0), (0.04, 0.46)]), &arc(0.28, 0.69, 0.31, 0.31, -125.0, 140.0)])]
        }
        '6' => vec![arc(0.32, 0.69, 0.31, 0.31, 0.0, 360.0), l(&[(0.52, 0.0), (0.05, 0.56)])],
        '7' => vec![l(&[(0.0, 0.0), (0.6, 0.0), (0.2, 1.0)])],
        '8' => vec![arc(0.31, 0.25, 0.26, 0.25, 0.0, 360.0), arc(0.31, 0.75, 0.31, 0.25, 0.0, 360.0)],
        '9' => vec![arc(0.32, 0.31, 0.31, 0.31, 0.0, 360.0), l(&[(0.59, 0.44), (0.12, 1.0)])],
        _ => return None,
    };
    let width = strokes.iter().flatten().map(|point| point.0).fold(0.0, f32::max);
    Some((strokes, width))
}

/// A piece of an ellipse, from one angle to another in degrees; 0 is to the right, 90 below.
pub(super) fn arc(x: f32, y: f32, rx: f32, ry: f32, from: f32, to: f32) -> Stroke {
    const STEPS: u8 = 40;
    let at = |step: u8| {
        let angle = (from + (to - from) * f32::from(step) / f32::from(STEPS)) * PI / 180.0;
        (x + rx * angle.cos(), y + ry * angle.sin())
    };
    (0..=STEPS).map(at).collect()
}

fn join(parts: &[&Stroke]) -> Stroke {
    parts.iter().flat_map(|part| part.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_fits_its_box() {
        for c in ('A'..='Z').chain('0'..='9').chain('a'..='z') {
            let (strokes, width) = letter(c).expect("drawn");
            assert!((0.0..=1.1).contains(&width), "{c}: {width}");
            for (x, y) in strokes.iter().flatten() {
                assert!((-0.02..=width).contains(x) && (-0.02..=1.07).contains(y), "{c}: {x} {y}");
            }
            assert!(strokes.iter().all(|stroke| stroke.len() > 1), "{c}");
        }
        assert!(letter('Ж').is_none() && letter('!').is_none());
    }
}
