//! Writes every page with made-up facts into a folder, to be looked at:
//! `cargo run -p parlour-web --example gallery -- FOLDER [LANGUAGE]`.

mod samples;

use std::path::PathBuf;
use std::{env, fs};

use parlour_words::Words;

#[expect(clippy::print_stdout, reason = "how heavy each page is, for whoever called it")]
fn main() -> std::io::Result<()> {
    let mut args = env::args_os().skip(1);
    let folder = PathBuf::from(args.next().expect("usage: gallery FOLDER [LANGUAGE]"));
    let tag = args.next().map(|tag| tag.to_string_lossy().into_owned()).unwrap_or_default();
    fs::create_dir_all(&folder)?;
    for sample in samples::all(Words::shared().for_languages(&tag)) {
        let packed = miniz_oxide::deflate::compress_to_vec(sample.html.as_bytes(), 6).len();
        println!("{:>6} bytes, {packed:>5} compressed  {}", sample.html.len(), sample.name);
        fs::write(folder.join(format!("{}.html", sample.name)), sample.html)?;
    }
    for (name, colour, initial) in [("card", "#1f5fa8", Some('H')), ("card-plain", "#c8a200", None)] {
        let colour = parlour_domain::Colour::parse(colour).expect("a colour");
        fs::write(folder.join(format!("{name}.png")), parlour_web::card::draw(colour, initial))?;
    }
    Ok(())
}
