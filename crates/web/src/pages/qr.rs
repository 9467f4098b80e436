//! A square that a phone's camera reads, as SVG; as PNG for where that cannot go.
//!
//! Spec: ISO/IEC 18004, by `fast_qr`; error level M, a quiet zone of 4, dark on light in every colour scheme.

use fast_qr::{ECL, QRBuilder};
use parlour_domain::Colour;

use crate::hosts::name_of;
use crate::png;

/// Modules of light border that scanners need (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;
/// Pixels a module has in a PNG, across and down.
const DOT: usize = 12;
/// Bytes of a landing link's path, and some more.
const ROOM: usize = 8 * 1024;

/// Whether another device can open `link`: not where it names this machine only, as a trial's does.
pub fn is_for_phones(link: &str) -> bool {
    let authority = link.split_once("://").map_or(link, |(_, rest)| rest).split('/').next().unwrap_or_default();
    !matches!(name_of(authority).as_deref(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// The square as an element for inside a page; `label` is read out in its place, and where it is empty nothing is, since
/// the text beside the square says it. `None` if the text is too long for any square (over 2,331 bytes).
pub fn inline(text: &str, label: &str) -> Option<String> {
    if label.is_empty() {
        return svg(text, "class=\"qr\" aria-hidden=\"true\"");
    }
    svg(text, &format!("class=\"qr\" role=\"img\" aria-label=\"{}\"", attribute(label)))
}

/// The square as a document of its own.
pub fn document(text: &str) -> Option<String> {
    svg(text, "xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"400\"")
}

/// The square as a PNG, for where an SVG cannot go: [`DOT`] pixels for each module.
pub fn png(text: &str) -> Option<Vec<u8>> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let side = code.size + 2 * QUIET;
    let dark = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < code.size);
        inside(x).zip(inside(y)).is_some_and(|(x, y)| code[y][x].value())
    };
    let pixels = (0..side * DOT).flat_map(|y| (0..side * DOT).map(move |x| (x / DOT, y / DOT)));
    let pixels: Vec<u8> = pixels.map(|(x, y)| u8::from(dark(x, y))).collect();
    let width = u32::try_from(side * DOT).ok()?;
    Some(png::encode(width, &[Colour::WHITE, Colour([0x11; 3])], &pixels))
}

/// The square as a symbol to be used several times in one page, by `id`.
pub fn symbol(text: &str, id: &str) -> Option<String> {
    let (side, paths) = drawn(text)?;
    Some(format!("<symbol id=\"{id}\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">{paths}</symbol>"))
}

fn svg(text: &str, attributes: &str) -> Option<String> {
    let (side, paths) = drawn(text)?;
    Some(format!("<svg {attributes} viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">{paths}</svg>"))
}

/// How many modules a side has, and what is drawn.
fn drawn(text: &str) -> Option<(usize, String)> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let size = code.size;
    let mut path = String::with_capacity(ROOM);
    for y in 0..size {
        let row = &code[y];
        let mut x = 0;
        while x < size {
            let run = row[x..size].iter().take_while(|module| module.value()).count();
            if run > 0 {
                // One rectangle for each run of dark modules keeps a square under 3 KB.
                for (word, number) in [("M", x + QUIET), (" ", y + QUIET), ("h", run), ("v1h-", run)] {
                    path.push_str(word);
                    push(&mut path, number);
                }
                path.push('z');
            }
            x += run.max(1);
        }
    }
    let side = size + 2 * QUIET;
    let paths = format!("<path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#111\" d=\"{path}\"/>");
    Some((side, paths))
}

/// Three hundred of these to a square, so without what formatting brings along.
fn push(path: &mut String, number: usize) {
    if number >= 10 {
        push(path, number / 10);
    }
    path.push(char::from_digit(u32::try_from(number % 10).unwrap_or_default(), 10).unwrap_or('0'));
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_landing_link_makes_a_small_square() {
        let link = "https://chat.example.org/i/abcdefghijklmnopqrstuvwxyz";
        let svg = inline(link, "Open \"this\" <on> a phone").expect("fits");
        assert!(svg.contains("viewBox=\"0 0 41 41\""), "33 modules and the quiet zone: {}", &svg[..160]);
        assert!(svg.contains("aria-label=\"Open &quot;this&quot; &lt;on> a phone\""));
        assert!(svg.len() < 6_000, "{} bytes", svg.len());
        assert!(inline(link, "").expect("fits").contains("class=\"qr\" aria-hidden=\"true\""));
        assert!(document(link).expect("fits").contains("xmlns"));
    }

    #[test]
    fn the_png_is_small_and_as_large_as_it_says() {
        let picture = png("https://chat.example.org/i/abcdefghijklmnopqrstuvwxyz").expect("fits");
        let side = 41 * 12_u32;
        assert_eq!(picture.get(16..24), Some(&[side.to_be_bytes(), side.to_be_bytes()].concat()[..]));
        assert!(picture.len() < 6_000, "{} bytes", picture.len());
        assert!(png(&"x".repeat(10_000)).is_none());
    }

    #[test]
    fn the_path_draws_exactly_the_dark_modules() {
        let link = "https://chat.example.org/i/abcdefghijklmnopqrstuvwxyz";
        let code = QRBuilder::new(link).ecl(ECL::M).build().expect("fits");
        let dark = (0..code.size)
            .flat_map(|y| (0..code.size).map(move |x| (x, y)))
            .filter(|&(x, y)| code[y][x].value())
            .count();
        let svg = inline(link, "").expect("fits");
        let (_, path) = svg.rsplit_once(" d=\"").expect("a path");
        let drawn: usize = path
            .split('h')
            .skip(1)
            .filter(|part| !part.starts_with('-'))
            .map(|part| part.split('v').next().expect("a length").parse::<usize>().expect("a number"))
            .sum();
        assert_eq!(drawn, dark);
    }

    #[test]
    fn a_link_to_this_machine_is_nothing_for_a_phone() {
        for here in ["http://localhost:5280/i/x", "http://127.0.0.1/i/x", "http://[::1]:5280/i/x"] {
            assert!(!is_for_phones(here), "{here}");
        }
        for anywhere in ["https://chat.example.org/i/x", "http://192.168.1.7:5280/i/x", "https://localhost.example/i/x"]
        {
            assert!(is_for_phones(anywhere), "{anywhere}");
        }
    }

    #[test]
    fn what_is_too_long_makes_no_square() {
        assert!(inline(&"x".repeat(10_000), "").is_none());
    }
}
