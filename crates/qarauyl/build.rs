//! Says which commit a release build is made from, for `qarauyl --version`.
//!
//! A development build names none: it would be built anew after each commit.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=QARAUYL_COMMIT");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let source = match (variable("QARAUYL_COMMIT"), variable("PROFILE").as_str()) {
        (named, _) if !named.is_empty() => format!("commit {named}"),
        (_, "release") => commit().unwrap_or_else(|| "from no repository".to_owned()),
        _ => "development build".to_owned(),
    };
    let (version, target) = (variable("CARGO_PKG_VERSION"), variable("TARGET"));
    println!("cargo::rustc-env=QARAUYL_VERSION={version} ({source}, {target})");
}

/// The commit that is checked out, with its day; asked for anew once another one is.
fn commit() -> Option<String> {
    let head = git(&["rev-parse", "--git-path", "HEAD"])?;
    println!("cargo::rerun-if-changed={head}");
    if let Some(branch) = git(&["symbolic-ref", "--quiet", "HEAD"]) {
        let file = git(&["rev-parse", "--git-path", &branch])?;
        println!("cargo::rerun-if-changed={file}");
    }
    git(&["log", "-1", "--format=commit %h of %cs", "--abbrev=12"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
