//! An operator's own apps: every `*.json` of a folder, and the pictures they name.
//!
//! A file holds a list as Prosody's mod_register_apps and ejabberd have it, or a single app of one. The files are read in
//! the order of their names. Bounds: 64 files, [`MOST_LIST_BYTES`] each, pictures of [`MOST_PICTURE_BYTES`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Apps, AppsError};
use crate::picture::Picture;

/// Largest list.
const MOST_LIST_BYTES: usize = 256 * 1024;
/// Largest picture.
const MOST_PICTURE_BYTES: usize = 32 * 1024;
/// Most lists.
const MOST_LISTS: usize = 64;

impl Apps {
    /// This list with the apps of `folder`: in place of those with the same id, else after the others.
    ///
    /// # Errors
    /// [`AppsError`] names the file and what is wrong in it.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, AppsError> {
        for path in lists(folder)? {
            let unreadable = |cause| AppsError::Unreadable { path: path.clone(), cause };
            if std::fs::metadata(&path).map_err(unreadable)?.len() > MOST_LIST_BYTES as u64 {
                return Err(AppsError::TooBig { path, most: MOST_LIST_BYTES });
            }
            let text = std::fs::read_to_string(&path).map_err(unreadable)?;
            let text = if text.trim_start().starts_with('{') { format!("[{text}]") } else { text };
            for app in Self::parse(&path, &text)?.0 {
                let mut app = Arc::unwrap_or_clone(app);
                app.own = true;
                // A list made for another program may name a picture on another site: nothing is loaded from there.
                if let Some(image) = app.image.as_deref().filter(|image| !image.contains("://")) {
                    let image = image.rsplit('/').next().unwrap_or(image);
                    let picture = Picture::read(folder, image, MOST_PICTURE_BYTES);
                    let id = app.id.clone();
                    app.picture = Some(picture.map_err(|cause| AppsError::Image { path: path.clone(), id, cause })?);
                }
                match self.0.iter_mut().find(|known| known.id == app.id) {
                    Some(known) => *known = Arc::new(app),
                    None => self.0.push(Arc::new(app)),
                }
            }
        }
        Ok(self)
    }
}

fn lists(folder: &Path) -> Result<Vec<PathBuf>, AppsError> {
    let unreadable = |cause| AppsError::Unreadable { path: folder.to_owned(), cause };
    let mut lists = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            lists.push(path);
        }
    }
    lists.sort();
    lists.truncate(MOST_LISTS);
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;

    #[test]
    fn own_apps_join_the_list_or_take_a_place_in_it() {
        let folder = std::env::temp_dir().join(format!("parlour-apps-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("written");
        put("ours.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
        put("notes.txt", "not a list");
        put(
            "10-ours.json",
            r#"{"name":"Choir Chat","id":"choir","platforms":["Android"],"link":"https://choir.example/app",
               "image":"assets/ours.svg","text":"Made for us.","setup":{"text":"Ask Romeo."},"unknown":1}"#,
        );
        put(
            "20-more.json",
            r#"[{"name":"Gajim (ours)","id":"gajim","platforms":["Linux"],"link":"https://gajim.org/","image":"https://gajim.org/x.png"}]"#,
        );
        let apps = Apps::built_in().with_folder(&folder).expect("lists");
        let choir = apps.by_id("choir").expect("listed");
        assert!(choir.own && choir.picture.is_some() && choir.setup.text == "Ask Romeo.");
        assert_eq!(apps.on(Platform::Android).last().map(|app| app.id.as_str()), Some("choir"));
        let gajim = apps.by_id("gajim").expect("listed");
        assert_eq!((gajim.name.as_str(), gajim.picture.is_none()), ("Gajim (ours)", true), "nothing from other sites");
        assert!(apps.on(Platform::Windows).all(|app| app.id != "gajim"), "it took the other's place");

        put(
            "30-wrong.json",
            r#"[{"name":"X","id":"x","platforms":[],"link":"https://x.example/","image":"none.svg"}]"#,
        );
        let error = Apps::built_in().with_folder(&folder).expect_err("no such picture").to_string();
        assert!(error.contains("30-wrong.json") && error.contains("\"x\": image: "), "{error}");
        put("30-wrong.json", "[{\"name\":7}]");
        let error = Apps::built_in().with_folder(&folder).expect_err("not a name").to_string();
        assert!(error.contains("30-wrong.json: [0].name: "), "{error}");
        std::fs::remove_dir_all(&folder).expect("gone");
        assert!(matches!(Apps::built_in().with_folder(&folder), Err(AppsError::Unreadable { .. })));
    }
}
