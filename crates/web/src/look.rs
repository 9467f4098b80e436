//! How a host looks to its guests: what its operator set, checked and worked out once, not with each request.
//!
//! What cannot be shown (a picture that is not there, an address that is none) is left out and said in the log once;
//! [`fault`] says it before, to whoever sets it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlour_domain::options::BrandOptions;
use parlour_domain::{Colour, HostName, HostPolicy};
use parlour_words::{Lang, Words};
use sha2::{Digest, Sha256};

use crate::apps::Apps;
use crate::card;
use crate::links::{Contact, Href};
use crate::pages::csp;
use crate::picture::{self, Picture};
use crate::service::Settings;

/// Largest logo.
pub const MOST_LOGO_BYTES: usize = 12 * 1024;

/// Light paper, and the page below it.
const LIGHT: [Colour; 2] = [Colour::WHITE, Colour([0xf7, 0xf6, 0xf3])];
/// The same in the dark.
const DARK: [Colour; 2] = [Colour([0x21, 0x1f, 0x1c]), Colour([0x16, 0x15, 0x13])];
/// The colour of a place that has none of its own, as the stylesheet has it.
const BLUE: Colour = Colour([0x1f, 0x5f, 0xa8]);

/// How a host looks.
#[derive(Debug)]
pub struct Look {
    /// What its pages say after the stylesheet, where it has a colour of its own.
    pub style: Option<String>,
    /// The policy that allows this style.
    pub policy: HeaderValue,
    /// Its colour as it was set.
    pub colour: Colour,
    /// Its picture.
    pub logo: Option<Picture>,
    /// What follows the addresses of logo and card, so that a browser fetches new ones.
    pub version: String,
    /// The apps its pages recommend.
    pub apps: Apps,
    /// Whom its pages name for questions.
    pub contact: Option<Contact>,
    /// The terms of use.
    pub terms: Option<Href>,
    /// What happens to people's data.
    pub privacy: Option<Href>,
    /// The languages of its pages, at least one.
    pub languages: Vec<Lang>,
    /// What people call it.
    pub name: String,
    /// One sentence about it.
    pub sentence: Option<String>,
    /// The first letter of its name.
    initial: Option<char>,
    card: OnceLock<Picture>,
}

impl Look {
    /// Works it out. Reads the logo, which has a bound.
    pub fn new(host: &HostName, policy: &HostPolicy, settings: &Settings) -> Self {
        let brand = &policy.brand;
        let logo = brand.logo.as_deref().and_then(|name| {
            let folder = settings.brand_folder.as_deref()?;
            Picture::read(folder, name, MOST_LOGO_BYTES)
                .inspect_err(|error| tracing::error!(%host, %error, "the logo is not shown"))
                .ok()
        });
        let style = brand.colour.map(style);
        let name = policy.site_name.as_deref().map(undirected).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| host.to_string());
        let initial = name.chars().find(|c| c.is_alphanumeric());
        let contact = &policy.contact;
        let mut version = Sha256::new();
        version.update(logo.as_ref().map_or(&b""[..], |logo| logo.bytes()));
        version.update(format!("{initial:?} {:?}", brand.colour));
        Self {
            policy: csp::with(style.as_deref()),
            style,
            colour: brand.colour.unwrap_or(BLUE),
            logo,
            version: URL_SAFE_NO_PAD.encode(&version.finalize()[..6]),
            apps: settings.apps.clone().chosen(&policy.apps),
            contact: [&contact.support, &contact.admin].into_iter().flatten().find_map(|c| Contact::parse(c)),
            terms: brand.terms.as_deref().and_then(Href::web),
            privacy: brand.privacy.as_deref().and_then(Href::web),
            languages: languages(brand),
            sentence: brand.sentence.as_deref().map(undirected).filter(|sentence| !sentence.is_empty()),
            name,
            initial,
            card: OnceLock::new(),
        }
    }

    /// Whether its pages come in this language.
    pub fn speaks(&self, lang: Lang) -> bool {
        self.languages.iter().any(|own| own.tag() == lang.tag())
    }

    /// The language for a browser's preferences.
    pub fn language(&self, accept: &str) -> Lang {
        let words = Words::shared();
        words
            .preferred(accept, |lang| self.speaks(lang))
            .or_else(|| self.languages.first().copied())
            .unwrap_or_else(|| words.english())
    }

    /// The picture of the preview card, drawn on first use.
    pub fn card(&self) -> &Picture {
        self.card.get_or_init(|| Picture::png(card::draw(self.colour, self.initial)))
    }
}

/// A host with nothing set, for where no host is known.
impl Default for Look {
    fn default() -> Self {
        Self {
            style: None,
            policy: csp::with(None),
            colour: BLUE,
            logo: None,
            version: String::new(),
            apps: Apps::built_in(),
            contact: None,
            terms: None,
            privacy: None,
            languages: Words::shared().all().collect(),
            name: String::new(),
            sentence: None,
            initial: None,
            card: OnceLock::new(),
        }
    }
}

/// What somebody wrote, without the marks that turn the direction of what stands around it (UAX #9 §2), trimmed.
/// Letters of any script keep the direction they have.
pub fn undirected(text: &str) -> String {
    let mark = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !mark(c)).collect::<String>().trim().to_owned()
}

/// The stylesheet's colours in shades that can be read.
fn style(colour: Colour) -> String {
    let scheme = |grounds: &[Colour]| {
        let accent = colour.readable_on(grounds);
        let wash = grounds.first().copied().unwrap_or(Colour::WHITE).mixed(accent, 22);
        format!(":root{{--accent:{accent};--on-accent:{};--wash:{wash}}}", accent.ink())
    };
    format!("{}@media(prefers-color-scheme:dark){{{}}}", scheme(&LIGHT), scheme(&DARK))
}

/// The languages set that there are; all where none is.
fn languages(brand: &BrandOptions) -> Vec<Lang> {
    let words = Words::shared();
    let wished = brand.languages.iter().flatten().filter_map(|tag| words.language(tag));
    let mut languages: Vec<Lang> = Vec::new();
    for lang in wished {
        if !languages.iter().any(|known| known.tag() == lang.tag()) {
            languages.push(lang);
        }
    }
    if languages.is_empty() { words.all().collect() } else { languages }
}

/// What is wrong with a brand, before it is set: the key, the value, and a sentence that goes on from them.
///
/// `folder` is where logos lie; without it the file itself is not looked at.
pub fn fault(brand: &BrandOptions, folder: Option<&Path>) -> Option<(&'static str, String, String)> {
    const WEB: &str = "is not a web address; write something like \"https://example.org/terms\"";
    const LONGEST: usize = 280;
    for (key, value) in [("terms", &brand.terms), ("privacy", &brand.privacy)] {
        if let Some(value) = value.as_deref().filter(|value| Href::web(value).is_none()) {
            return Some((key, value.to_owned(), WEB.to_owned()));
        }
    }
    if let Some(sentence) = brand.sentence.as_deref().filter(|sentence| sentence.chars().count() > LONGEST) {
        return Some(("sentence", sentence.to_owned(), format!("has more than {LONGEST} characters")));
    }
    for tag in brand.languages.iter().flatten() {
        if Words::shared().language(tag).is_none() {
            let known: Vec<_> = Words::shared().all().map(Lang::tag).collect();
            return Some(("languages", tag.clone(), format!("is not a language of the pages: {}", known.join(", "))));
        }
    }
    let logo = brand.logo.as_deref()?;
    let wrong = match folder {
        Some(folder) => Picture::read(folder, logo, MOST_LOGO_BYTES).err()?.to_string(),
        None if picture::is_name(logo) => return None,
        None => "is not the name of an SVG, PNG or WebP file".to_owned(),
    };
    Some(("logo", logo.to_owned(), wrong))
}

/// The looks worked out so far, each until its host's policy or the settings change.
#[derive(Debug, Default)]
pub struct Looks(Mutex<HashMap<HostName, Kept>>);

#[derive(Debug)]
struct Kept {
    policy: Arc<HostPolicy>,
    settings: Arc<Settings>,
    look: Arc<Look>,
}

impl Looks {
    /// How `host` looks now.
    pub fn of(&self, host: &HostName, policy: &Arc<HostPolicy>, settings: &Arc<Settings>) -> Arc<Look> {
        let current = |kept: &&Kept| Arc::ptr_eq(&kept.policy, policy) && Arc::ptr_eq(&kept.settings, settings);
        if let Some(known) = self.kept().get(host).filter(current) {
            return Arc::clone(&known.look);
        }
        // Not under the lock: a file may be read. Two who come at once both work it out, and one is kept.
        let look = Arc::new(Look::new(host, policy, settings));
        let new = Kept { policy: Arc::clone(policy), settings: Arc::clone(settings), look: Arc::clone(&look) };
        self.kept().insert(host.clone(), new);
        look
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<HostName, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Apps of one's own that open a host's links by themselves.
#[derive(Clone, Debug, Default)]
pub struct AppLinks {
    /// Android: package, and the fingerprint of its certificate.
    pub android: Vec<(String, String)>,
    /// Apple: team and bundle, as `TEAM.BUNDLE`.
    pub ios: Vec<String>,
}

impl AppLinks {
    /// Reads them as the configuration has them: `"PACKAGE SHA256-FINGERPRINT"`, `"TEAM.BUNDLE"`.
    ///
    /// # Errors
    /// The entry that is none, and what it should look like.
    pub fn parse(android: &[String], ios: &[String]) -> Result<Self, (&'static str, String, &'static str)> {
        let word =
            |text: &str| text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let print = |text: &str| {
            text.split(':').count() == 32
                && text.split(':').all(|two| two.len() == 2 && two.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        let mut links = Self::default();
        for entry in android {
            match entry.split_once(char::is_whitespace) {
                Some((package, fingerprint)) if word(package) && print(fingerprint.trim()) => {
                    links.android.push((package.to_owned(), fingerprint.trim().to_ascii_uppercase()));
                }
                _ => {
                    return Err((
                        "android",
                        entry.clone(),
                        "is not a package and 32 pairs of hexadecimal digits with colons",
                    ));
                }
            }
        }
        for entry in ios {
            if !word(entry) {
                return Err(("ios", entry.clone(), "is not a team and a bundle, like \"A1B2C3D4E5.org.example.chat\""));
            }
            links.ios.push(entry.clone());
        }
        Ok(links)
    }
}

/// Where logos lie in a data directory.
pub fn brand_folder(data_dir: &Path) -> PathBuf {
    data_dir.join("brand")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand() -> BrandOptions {
        BrandOptions::default()
    }

    #[test]
    fn a_colour_becomes_a_style_whose_hash_the_policy_names() {
        let policy = HostPolicy {
            brand: BrandOptions { colour: Colour::parse("#ffe600"), ..brand() },
            site_name: Some("Hillside Choir".into()),
            ..HostPolicy::default()
        };
        let host = HostName::parse("chat.example").expect("a domain");
        let look = Look::new(&host, &policy, &Settings::default());
        let style = look.style.as_deref().expect("a style");
        assert!(
            !style.contains("--accent:#ffe600;") || style.matches("#ffe600").count() == 1,
            "darker on white: {style}"
        );
        let policy = look.policy.to_str().expect("text");
        assert!(policy.contains(&csp::hash(style)) && policy.contains(&csp::hash(crate::pages::view::STYLE)));
        assert!(!Look::default().policy.to_str().expect("text").contains(&csp::hash(style)));
        assert!(look.card().bytes() != Look::default().card().bytes());
    }

    #[test]
    fn languages_offered_are_the_only_ones_spoken() {
        let look = |tags: &[&str]| Look {
            languages: languages(&BrandOptions {
                languages: Some(tags.iter().map(|t| (*t).to_owned()).collect()),
                ..brand()
            }),
            ..Look::default()
        };
        let german = look(&["de"]);
        assert_eq!(german.language("en-GB, en").tag(), "de");
        assert!(!german.speaks(Words::shared().english()));
        let both = look(&["de", "en", "de-AT", "tlh"]);
        assert_eq!(both.languages.len(), 2);
        assert_eq!(both.language("tlh").tag(), "de", "the first is for who reads none");
        assert_eq!(both.language("tlh, en;q=0.5").tag(), "en");
        assert!(look(&["tlh"]).languages.len() >= 2, "none that there is: all");
    }

    #[test]
    fn what_cannot_be_shown_is_said_before() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            fault(&BrandOptions { terms: some("https://a.example/t"), logo: some("a.svg"), ..brand() }, None),
            None
        );
        for (key, wrong) in [
            ("terms", BrandOptions { terms: some("javascript:x"), ..brand() }),
            ("privacy", BrandOptions { privacy: some("/here"), ..brand() }),
            ("sentence", BrandOptions { sentence: some(&"x".repeat(281)), ..brand() }),
            ("languages", BrandOptions { languages: Some(vec!["tlh".into()]), ..brand() }),
            ("logo", BrandOptions { logo: some("../a.svg"), ..brand() }),
        ] {
            assert_eq!(fault(&wrong, None).map(|f| f.0), Some(key));
        }
        let missing = BrandOptions { logo: some("none.svg"), ..brand() };
        assert!(fault(&missing, Some(Path::new("/nowhere-at-all"))).expect("missing").2.contains("none.svg"));
    }

    #[test]
    fn app_links_are_read_whole() {
        let print = ["AB"; 32].join(":");
        let links =
            AppLinks::parse(&[format!("org.example.chat {print}")], &["TEAM.org.example".into()]).expect("links");
        assert_eq!((links.android.len(), links.ios.len()), (1, 1));
        for wrong in ["org.example.chat", "x AB:CD", &format!("pack age {print}"), &format!("a.b {print}:AB")] {
            assert!(AppLinks::parse(&[wrong.to_owned()], &[]).is_err(), "{wrong}");
        }
        assert!(AppLinks::parse(&[], &["no dot".into()]).is_err());
    }
}
