//! Guesses from a browser's headers which device a person holds, so that a page can put the right button first.
//!
//! Spec: none; user agents as browsers send them, `Sec-CH-UA-Platform` of the User-Agent Client Hints draft.
//! A wrong guess costs a tap and never an act: every page also shows what is for other devices.
//! Left out: Chrome OS and Haiku, which are answered as "something else".

/// What kind of device asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// An Android phone or tablet.
    Android,
    /// An iPhone or iPod.
    IPhone,
    /// An iPad that says so; most pretend to be a Mac, see [`Visitor::maybe_ipad`].
    IPad,
    /// A Mac, or an iPad that pretends to be one.
    Mac,
    /// A Windows computer.
    Windows,
    /// A Linux computer.
    Linux,
    /// Anything else, including no header at all.
    Other,
}

impl Platform {
    /// A phone or tablet: its camera cannot look at its own screen.
    pub fn is_mobile(self) -> bool {
        matches!(self, Self::Android | Self::IPhone | Self::IPad)
    }

    /// Whether the apps come from Apple's mobile store.
    pub fn is_ios(self) -> bool {
        matches!(self, Self::IPhone | Self::IPad)
    }

    /// The word for it in the `platforms` list of the app file; `None` for something else.
    pub fn app_word(self) -> Option<&'static str> {
        Some(match self {
            Self::Android => "Android",
            Self::IPhone => "iOS",
            Self::IPad => "iPadOS",
            Self::Mac => "macOS",
            Self::Windows => "Windows",
            Self::Linux => "Linux",
            Self::Other => return None,
        })
    }
}

/// What the headers tell about who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Visitor {
    /// The kind of device.
    pub platform: Platform,
    /// The page is shown inside another app, where links to apps often do nothing.
    pub in_app: bool,
    /// The browser understands `intent:` links with a fallback (Chrome and its kin on Android).
    pub intent_links: bool,
    /// Says "Macintosh" and is Safari, so it may be an iPad.
    pub maybe_ipad: bool,
}

/// Marks of browsers that live inside other apps.
const IN_APP: &[&str] = &[
    "FBAN/",
    "FBAV/",
    "FB_IAB",
    "Instagram",
    " Line/",
    "MicroMessenger",
    "BytedanceWebview",
    "musical_ly",
    "TikTok",
    "Snapchat",
    "Pinterest/",
    "LinkedInApp",
    "Twitter for",
    "Telegram-Android",
    "; wv)",
    "GSA/",
];

/// A browser in a few words, to be kept with its session: "Firefox; Linux", either half empty where it is not known.
pub fn in_short(user_agent: &str, client_hint_platform: Option<&str>) -> String {
    let platform = Visitor::from_headers(user_agent, client_hint_platform).platform;
    // Those built on others carry the others' names too, so the more particular come first.
    let name = BROWSERS.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("", |(_, name)| name);
    format!("{name}; {}", platform.app_word().unwrap_or_default())
}

/// Browser and device of such words, where they are known.
pub fn of_short(text: &str) -> (Option<&'static str>, Option<&'static str>) {
    use Platform as P;
    let (name, device) = text.split_once("; ").unwrap_or_default();
    let devices = [P::Android, P::IPhone, P::IPad, P::Mac, P::Windows, P::Linux].into_iter().filter_map(P::app_word);
    let name = BROWSERS.iter().map(|(_, known)| *known).find(|known| *known == name);
    (name, devices.into_iter().find(|known| *known == device))
}

const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

impl Visitor {
    /// Reads `User-Agent` and, where sent, `Sec-CH-UA-Platform`. Both come from the other side and may hold anything.
    pub fn from_headers(user_agent: &str, client_hint_platform: Option<&str>) -> Self {
        let has = |mark: &str| user_agent.contains(mark);
        let platform = client_hint_platform.and_then(hinted).unwrap_or_else(|| sniffed(user_agent));
        let in_app = IN_APP.iter().any(|mark| has(mark)) || (platform.is_ios() && embedded_webkit(user_agent));
        let android_chromium = platform == Platform::Android && has("Chrome/");
        Self {
            platform,
            in_app,
            intent_links: android_chromium && !has("Firefox"),
            maybe_ipad: platform == Platform::Mac && has("Safari/") && !has("Chrome/") && !has("Firefox/"),
        }
    }

    /// Whether Apple's banner for apps makes sense here.
    pub fn takes_app_banner(self) -> bool {
        self.platform.is_ios() || self.maybe_ipad
    }
}

fn hinted(value: &str) -> Option<Platform> {
    Some(match value.trim().trim_matches('"') {
        "Android" => Platform::Android,
        "macOS" => Platform::Mac,
        "Windows" => Platform::Windows,
        "Linux" => Platform::Linux,
        _ => return None,
    })
}

fn sniffed(user_agent: &str) -> Platform {
    let has = |mark: &str| user_agent.contains(mark);
    // Order matters: Android says Linux too, and Windows Phone said everything.
    if has("Windows") {
        Platform::Windows
    } else if has("iPhone") || has("iPod") {
        Platform::IPhone
    } else if has("iPad") {
        Platform::IPad
    } else if has("Android") {
        Platform::Android
    } else if has("Macintosh") {
        Platform::Mac
    } else if has("CrOS") {
        Platform::Other
    } else if has("Linux") || has("X11") {
        Platform::Linux
    } else {
        Platform::Other
    }
}

/// A web view inside an iOS app leaves out `Safari/`; each real browser there sends it.
fn embedded_webkit(user_agent: &str) -> bool {
    user_agent.contains("AppleWebKit") && !user_agent.contains("Safari/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns: platform, flags (a = in an app, i = intent links, p = maybe iPad, - = none), hint or -, user agent.
    const FIXTURES: &str = include_str!("platform/fixtures.tsv");

    #[test]
    fn the_fixture_table_is_told_apart() {
        let mut seen = 0;
        for line in FIXTURES.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let columns: Vec<_> = line.splitn(4, '\t').collect();
            let [platform, flags, hint, agent] = columns[..] else { panic!("four columns: {line}") };
            let visitor = Visitor::from_headers(agent, (hint != "-").then_some(hint));
            assert_eq!(format!("{:?}", visitor.platform), platform, "{agent}");
            assert_eq!(visitor.in_app, flags.contains('a'), "in an app: {agent}");
            assert_eq!(visitor.intent_links, flags.contains('i'), "intent links: {agent}");
            assert_eq!(visitor.maybe_ipad, flags.contains('p'), "maybe an iPad: {agent}");
            seen += 1;
        }
        assert!(seen >= 30, "the table has {seen} rows");
    }

    #[test]
    fn anything_at_all_may_come_as_a_header() {
        for agent in ["", "\u{0}", "Android", "iPhone iPad Macintosh Windows", &"x".repeat(100_000)] {
            let _ = Visitor::from_headers(agent, Some(agent));
        }
        assert_eq!(Visitor::from_headers("", None).platform, Platform::Other);
    }
}
