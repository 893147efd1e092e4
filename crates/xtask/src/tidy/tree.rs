//! The project's files, as the rules see them: paths from the root, with their text.

use std::fs;
use std::io;
use std::path::Path;

/// Folders whose files have rules.
const READ: [&str; 3] = ["config", "crates", "docs"];
/// Endings of the files that have rules.
const ENDINGS: [&str; 3] = [".rs", ".toml", ".md"];
/// The ending of pictures: pages lead to them, and they have no text.
const PICTURE: &str = ".png";

/// The texts of a project, by path.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// What lies at the root: names of files and folders.
    pub(crate) root: Vec<String>,
    files: Vec<(String, String)>,
}

impl Tree {
    /// Reads the files of the project at `root` that have rules.
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        for entry in fs::read_dir(root)? {
            tree.root.push(entry?.file_name().to_string_lossy().into_owned());
        }
        tree.root.sort();
        for name in ["Cargo.toml", ".gitignore", "README.md"] {
            tree.add(root, name)?;
        }
        for folder in READ {
            tree.walk(root, folder)?;
        }
        tree.files.sort();
        Ok(tree)
    }

    fn walk(&mut self, root: &Path, folder: &str) -> io::Result<()> {
        for entry in fs::read_dir(root.join(folder))? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.walk(root, &path)?;
            } else if ENDINGS.iter().any(|ending| path.ends_with(ending)) {
                self.add(root, &path)?;
            } else if path.ends_with(PICTURE) {
                self.files.push((path, String::new()));
            }
        }
        Ok(())
    }

    fn add(&mut self, root: &Path, path: &str) -> io::Result<()> {
        match fs::read_to_string(root.join(path)) {
            Ok(text) => self.files.push((path.to_owned(), text)),
            // An editor may have renamed it since the folder was listed; what is gone has no rules.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io::Error::new(error.kind(), format!("{path}: {error}"))),
        }
        Ok(())
    }

    /// Returns the text of one file; empty when there is none.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.files.iter().find(|(at, _)| at == path).map_or("", |(_, text)| text)
    }

    /// Returns path and text of each file below `folder` whose name ends so.
    pub(crate) fn below(&self, folder: &str, ending: &str) -> impl Iterator<Item = (&str, &str)> {
        let fits = move |path: &str| path.starts_with(folder) && path.ends_with(ending);
        self.files
            .iter()
            .filter(move |(path, _)| fits(path))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { root: Vec::new(), files: files.iter().map(own).collect() }
    }
}

/// Returns the name of the crate that a path lies in.
pub(crate) fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split('/').next()
}
