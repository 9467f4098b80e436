//! How a place is set up: what its owners may change, and what is fixed by the configuration file.

use super::{Choice, Desk};
use crate::pages::paths;
use crate::pages::view::Site;

/// What a setting holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// A line of text.
    Text(String),
    /// A number.
    Number(String),
    /// Yes or no.
    Tick(bool),
    /// How long something lives.
    Life(String),
}

/// One setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The field's name.
    pub name: &'static str,
    /// What it is called: a text's id.
    pub label: &'static str,
    /// What it means: a text's id, or nothing.
    pub hint: &'static str,
    /// As it is, or was typed.
    pub value: Value,
    /// The configuration file sets it.
    pub locked: bool,
    /// It is wrong.
    pub wrong: bool,
}

impl Setting {
    fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Tick(_) | Value::Life(_) => None,
        }
    }

    fn number(&self) -> Option<&str> {
        match &self.value {
            Value::Number(text) => Some(text),
            Value::Text(_) | Value::Tick(_) | Value::Life(_) => None,
        }
    }

    fn tick(&self) -> Option<bool> {
        match self.value {
            Value::Tick(ticked) => Some(ticked),
            Value::Text(_) | Value::Number(_) | Value::Life(_) => None,
        }
    }

    /// The usual lives, and the one it has.
    fn lives(&self) -> Vec<(String, Option<&'static str>, bool)> {
        let Value::Life(life) = &self.value else { return Vec::new() };
        let usual = super::make::presets(life).into_iter().filter(|one| !one.value.is_empty());
        let mut all: Vec<_> =
            usual.map(|Choice { value, label, chosen, .. }| (value.to_owned(), Some(label), chosen)).collect();
        if all.iter().all(|(_, _, chosen)| !chosen) {
            all.push((life.clone(), None, true));
        }
        all
    }

    /// A life that is none of the usual ones, as people say it where it is whole days or hours.
    fn life_text(&self, site: &Site<'_>, life: &str) -> String {
        let units = [("d", "life-days"), ("h", "life-hours")];
        let said = units.iter().find_map(|(unit, id)| {
            let n: u32 = life.strip_suffix(unit)?.parse().ok()?;
            Some(site.with(id, "n", n))
        });
        said.unwrap_or_else(|| life.to_owned())
    }

    /// Of the elements that describe the field.
    fn described(&self) -> bool {
        !self.hint.is_empty() || self.locked || self.wrong
    }
}

/// Settings under one heading.
#[derive(Clone, Debug)]
pub struct Part {
    /// The heading: a text's id.
    pub title: &'static str,
    /// What stands below it.
    pub settings: Vec<Setting>,
}

/// `GET /admin/settings`, and a refused `POST`. Fields sent: `csrf` and the settings' names; a box that is not ticked
/// sends nothing.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "admin/settings.html")]
pub struct SettingsPage<'a> {
    /// The place.
    pub site: &'a Site<'a>,
    /// What stands around it.
    pub desk: Desk<'a>,
    /// All there are.
    pub parts: &'a [Part],
    /// Whoever is signed in may change them.
    pub owner: bool,
    /// They have just been saved.
    pub saved: bool,
    /// Something typed is wrong.
    pub wrong: bool,
}

impl SettingsPage<'_> {
    fn notice_text(&self) -> Option<String> {
        self.saved.then(|| self.site.t("admin-settings-saved"))
    }

    fn path(&self) -> &'static str {
        paths::SETTINGS
    }

    fn is_fixed(&self, setting: &Setting) -> bool {
        setting.locked || !self.owner
    }
}
