//! `cargo xtask tidy`: the rules of the house that no compiler knows.
//!
//! The root's files are read once into a [`Tree`]; each rule is a plain function from texts to findings.

mod code;
mod edges;
mod lexicon;
mod links;
mod manifests;
mod root;
mod settings;
mod sources;
mod tree;

use std::fmt;
use std::io;
use std::path::Path;

pub use tree::Tree;

/// One breach of a rule, with its place and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root.
    pub path: String,
    /// The line, counted from one; 0 when the finding is about the whole file.
    pub line: usize,
    /// What is wrong, and the remedy.
    pub problem: String,
}

impl Finding {
    pub(crate) fn new(path: &str, line: usize, problem: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, problem: problem.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.problem),
            line => write!(f, "{}:{line}: {}", self.path, self.problem),
        }
    }
}

/// Runs every rule over the project at `root`.
///
/// # Errors
/// When a file cannot be read.
pub fn tidy(root: &Path) -> io::Result<Vec<Finding>> {
    Ok(findings(&Tree::read(root)?))
}

/// Runs every rule over a tree, and returns its findings by file and line.
pub fn findings(tree: &Tree) -> Vec<Finding> {
    let rules = [
        root::check,
        edges::check,
        manifests::check,
        code::check,
        settings::check,
        sources::check,
        lexicon::check,
        links::check,
    ];
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings
}
