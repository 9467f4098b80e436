//! What a check has found: an id that stays, a sentence about this machine, what it means, what to do.

use serde::Serialize;

use super::kinds::Kind;
use crate::commands::say;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing to do.
    Ok,
    /// It works, only perhaps not as meant, or not for everybody.
    Warning,
    /// It stands in the way.
    Problem,
}

/// What was found about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stays the same from version to version; docs/reference/findings.md explains it.
    pub id: &'static str,
    /// A host, a name, or a door with its address.
    pub about: String,
    /// How bad it is.
    pub level: Level,
    /// What is there, in a sentence.
    pub says: String,
    /// What follows from it; empty where all is well.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub means: &'static str,
    /// What to do about it; empty where there is nothing to do.
    #[serde(rename = "do", skip_serializing_if = "str::is_empty")]
    pub todo: &'static str,
    /// The key of the configuration to look at, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'static str>,
}

impl Finding {
    /// All is well with it.
    pub fn fine(id: &'static str, about: impl Into<String>, says: impl Into<String>) -> Self {
        let (about, says) = (about.into(), says.into());
        Self { id, about, level: Level::Ok, says, means: "", todo: "", key: None }
    }

    /// It works, but.
    pub fn warning(kind: Kind, about: impl Into<String>, says: impl Into<String>) -> Self {
        Self { level: Level::Warning, means: kind.means, todo: kind.todo, ..Self::fine(kind.id, about, says) }
    }

    /// It does not work so.
    pub fn problem(kind: Kind, about: impl Into<String>, says: impl Into<String>) -> Self {
        Self { level: Level::Problem, ..Self::warning(kind, about, says) }
    }

    /// Where to look.
    pub fn at(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// As a person reads it.
    pub fn text(&self) -> String {
        let mark = match self.level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
        };
        let key = self.key.map(|key| format!(" `{key}`:")).unwrap_or_default();
        let mut out = format!("{mark:<8} {}:{key} {}", self.about, self.says);
        for (what, says) in [("means", self.means), ("do", self.todo)] {
            if !says.is_empty() {
                out.push_str(&format!("\n         {what:<6} {says}"));
            }
        }
        if self.level != Level::Ok {
            out.push_str(&format!("\n         id     {}", self.id));
        }
        out
    }
}

/// Whether none stands in the way.
pub fn is_fine(found: &[Finding]) -> bool {
    found.iter().all(|finding| finding.level != Level::Problem)
}

/// Prints all of them, for people.
pub fn print(found: &[Finding]) {
    for finding in found {
        say(&finding.text());
    }
}

#[cfg(test)]
mod tests {
    use super::super::kinds;
    use super::*;

    #[test]
    fn a_finding_says_what_it_means_and_what_to_do() {
        let good = Finding::fine("tls-good", "a.example", "good for 80 days");
        assert_eq!(good.text(), "ok       a.example: good for 80 days");
        let bad = Finding::problem(kinds::TLS_EXPIRED, "a.example", "it ended 3 days ago").at("certificate");
        assert_eq!(
            bad.text(),
            format!(
                "problem  a.example: `certificate`: it ended 3 days ago\n         means  {}\n         do     {}\n         \
                 id     tls-expired",
                kinds::TLS_EXPIRED.means,
                kinds::TLS_EXPIRED.todo
            )
        );
        assert!(is_fine(std::slice::from_ref(&good)) && !is_fine(&[good.clone(), bad.clone()]));
        let json = serde_json::to_value([good, bad]).expect("JSON");
        assert_eq!(
            json[0],
            serde_json::json!({"id": "tls-good", "about": "a.example", "level": "ok", "says": "good for 80 days"})
        );
        assert_eq!(json[1]["do"], kinds::TLS_EXPIRED.todo);
        assert_eq!((json[1]["level"].as_str(), json[1]["key"].as_str()), (Some("problem"), Some("certificate")));
    }
}
