//! `cargo xtask check`: all that must pass before a commit, the same on a laptop and in CI.
//!
//! A tool that is not installed is a failure with the line that installs it, never a step passed over.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::tidy;

/// One command of the check.
struct Step {
    title: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
}

/// A tool that is no part of Rust, and the line that installs it.
struct Tool {
    probe: &'static [&'static str],
    remedy: &'static str,
}

const fn cargo(title: &'static str, arguments: &'static [&'static str]) -> Step {
    Step { title, program: "cargo", arguments, variables: &[] }
}

const FMT: Step = cargo("fmt", &["fmt", "--all", "--check"]);
const TYPOS: Step = Step { title: "typos", program: "typos", arguments: &[], variables: &[] };
const CLIPPY: Step = cargo("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
const NEXTEST: Step = cargo("tests", &["nextest", "run", "--workspace", "--no-tests", "warn"]);
const DOCTESTS: Step = cargo("doctests", &["test", "--workspace", "--doc"]);
const TESTS: Step = cargo("tests", &["test", "--workspace"]);
const DOC: Step = Step {
    title: "doc",
    program: "cargo",
    arguments: &["doc", "--workspace", "--no-deps"],
    variables: &[("RUSTDOCFLAGS", "-D warnings")],
};
// The list of known holes lies on GitHub, out of reach of a laptop in a train: CI asks for it.
const DENY: Step = cargo("deny", &["deny", "--all-features", "check", "bans", "licenses", "sources"]);
const MACHETE: Step = cargo("machete", &["machete"]);

const NEXTEST_TOOL: [&str; 3] = ["cargo", "nextest", "--version"];
const TOOLS: [Tool; 3] = [
    Tool { probe: &["typos", "--version"], remedy: "pip install typos, or cargo install --locked typos-cli" },
    Tool { probe: &["cargo", "deny", "--version"], remedy: "cargo install --locked cargo-deny" },
    Tool { probe: &["cargo", "machete", "--version"], remedy: "cargo install --locked cargo-machete" },
];

/// Runs every step in the project at `root`, cheap ones first, and says whether all passed.
///
/// # Errors
/// When nothing can be printed, or a file of the project cannot be read.
pub fn run(root: &Path) -> io::Result<bool> {
    let mut failed = Vec::new();
    for tool in TOOLS.iter().filter(|tool| !is_there(tool.probe)) {
        say(&format!("`{}` is missing: {}", tool.probe.join(" "), tool.remedy))?;
        failed.push("tools");
    }
    let findings = tidy::tidy(root)?;
    for finding in &findings {
        say(&finding.to_string())?;
    }
    if !findings.is_empty() {
        failed.push("tidy");
    }
    for step in steps(is_there(&NEXTEST_TOOL)) {
        let began = Instant::now();
        let passed = runs(&step, root);
        let verdict = if passed { "passed" } else { "FAILED" };
        say(&format!("== {}: {verdict} in {} s", step.title, began.elapsed().as_secs()))?;
        if !passed {
            failed.push(step.title);
        }
    }
    failed.dedup();
    match failed.as_slice() {
        [] => say("check: all passed")?,
        names => say(&format!("check: failed in {}", names.join(", ")))?,
    }
    Ok(failed.is_empty())
}

/// Nextest runs no doctests, so they are a step of their own beside it.
fn steps(nextest: bool) -> Vec<Step> {
    let tests = if nextest { vec![NEXTEST, DOCTESTS] } else { vec![TESTS] };
    [vec![FMT, TYPOS, CLIPPY], tests, vec![DOC, DENY, MACHETE]].into_iter().flatten().collect()
}

fn runs(step: &Step, root: &Path) -> bool {
    let variables = step.variables.iter().copied();
    let command = Command::new(step.program).args(step.arguments).envs(variables).current_dir(root).status();
    command.is_ok_and(|status| status.success())
}

fn is_there(probe: &[&str]) -> bool {
    let Some((program, arguments)) = probe.split_first() else { return false };
    let mut command = Command::new(program);
    let quiet = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_is_missing_is_noticed() {
        assert!(is_there(&["cargo", "--version"]));
        assert!(!is_there(&["cargo", "no-such-tool", "--version"]));
        assert!(!is_there(&["no-such-program"]));
    }

    #[test]
    fn doctests_run_whichever_way_tests_do() {
        let titles = |nextest| steps(nextest).iter().map(|step| step.title).collect::<Vec<_>>();
        assert!(titles(true).contains(&"doctests"));
        assert_eq!(titles(false).iter().filter(|title| **title == "tests").count(), 1);
    }

    #[test]
    fn a_command_that_fails_is_a_failure() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(runs(&cargo("version", &["--version"]), here));
        assert!(!runs(&cargo("nonsense", &["no-such-tool"]), here));
    }
}
