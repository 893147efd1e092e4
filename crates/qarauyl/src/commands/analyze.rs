//! `qarauyl analyze` and `qarauyl detect`: what the language rooms make of a text.

use std::io::{self, BufRead};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use query::{Document, Facts, Lexicon};
use serde::Serialize;
use text::{Key, KeyKind, Lang, Script};

use crate::lexicon;
use crate::output::{Output, or_stdin, table, write_out};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The text; `-` reads it from stdin.
    #[arg(required_unless_present = "tsv")]
    text: Option<String>,
    /// Read `lang TAB text` lines from stdin and print `lang TAB text TAB tokens TAB entities`.
    #[arg(long)]
    tsv: bool,
    /// Which keys are printed.
    #[arg(long, value_enum, default_value_t = Keys::All)]
    keys: Keys,
    /// `none` leaves the lexicon out.
    #[arg(long)]
    lexicon: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DetectArguments {
    /// The text; `-` reads it from stdin.
    #[arg(required_unless_present = "tsv")]
    text: Option<String>,
    /// Read `id TAB text` lines from stdin and print `id TAB label`.
    #[arg(long)]
    tsv: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Keys {
    Surface,
    All,
}

#[derive(Serialize)]
struct Analysed {
    script: &'static str,
    lang: &'static str,
    tokens: Vec<Token>,
}

#[derive(Serialize)]
struct Token {
    text: String,
    keys: Vec<String>,
    entities: Vec<String>,
}

pub(crate) fn run(settings: &Settings, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let lexicon = match arguments.lexicon.as_deref() {
        Some("none") => Lexicon::empty(),
        _ => lexicon::public(&settings.lexicon.directory)?,
    };
    if arguments.tsv {
        for line in io::stdin().lock().lines() {
            let line = line?;
            let (label, text) = line.split_once('\t').unwrap_or(("", &line));
            let lang = Lang::parse(label).unwrap_or_else(|| text::detect(text));
            let analysed = analyse(text, lang, &lexicon, arguments.keys);
            write_out(&format!(
                "{line}\t{}\t{}",
                joined(&analysed, |token| &token.keys),
                joined(&analysed, |token| &token.entities)
            ))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let text = or_stdin(arguments.text.as_deref().context("give a text")?)?;
    let analysed = analyse(&text, text::detect(&text), &lexicon, arguments.keys);
    out.show(&analysed, || plain(&analysed))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn detect(arguments: &DetectArguments, out: Output) -> anyhow::Result<ExitCode> {
    if arguments.tsv {
        for line in io::stdin().lock().lines() {
            let line = line?;
            let (id, text) = line.split_once('\t').unwrap_or(("", &line));
            write_out(&format!("{id}\t{}", text::detect(text).as_str()))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let label = text::detect(&or_stdin(arguments.text.as_deref().context("give a text")?)?).as_str();
    out.show(&label, || label.to_owned())?;
    Ok(ExitCode::SUCCESS)
}

fn analyse(text: &str, lang: Lang, lexicon: &Lexicon, keys: Keys) -> Analysed {
    let document = Document::read("", &[text], lexicon, facts(lang));
    let tokens = document.body.tokens.iter().map(|token| Token {
        text: text.get(token.range.clone()).unwrap_or_default().to_owned(),
        keys: token.keys.iter().filter(|key| shown(key, keys)).map(|key| key.text().to_owned()).collect(),
        entities: token
            .keys
            .iter()
            .filter(|key| key.kind() == KeyKind::Entity)
            .map(|key| key.text().to_owned())
            .collect(),
    });
    let script =
        text.chars().map(Script::of).find(|script| *script != Script::Other).unwrap_or(Script::Other);
    Analysed { script: script.as_str(), lang: lang.as_str(), tokens: tokens.collect() }
}

fn shown(key: &Key, keys: Keys) -> bool {
    match key.kind() {
        KeyKind::Surface | KeyKind::LastHan => keys == Keys::Surface || key.kind() == KeyKind::LastHan,
        KeyKind::Peeled => keys == Keys::All,
        KeyKind::Entity => false,
    }
}

fn facts(lang: Lang) -> Facts {
    Facts {
        lang,
        source: String::new(),
        country: String::new(),
        kind: String::new(),
        authors: Vec::new(),
        tags: Vec::new(),
        url: String::new(),
        story: None,
        published: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn joined(analysed: &Analysed, part: impl Fn(&Token) -> &Vec<String>) -> String {
    let tokens: Vec<String> =
        analysed.tokens.iter().map(|token| part(token).join("|")).filter(|text| !text.is_empty()).collect();
    tokens.join(" ")
}

fn plain(analysed: &Analysed) -> String {
    let rows: Vec<Vec<String>> = analysed
        .tokens
        .iter()
        .map(|token| vec![token.text.clone(), token.keys.join(" "), token.entities.join(" ")])
        .collect();
    format!(
        "script  {}\nlanguage  {}\n\n{}",
        analysed.script,
        analysed.lang,
        table(&["word", "keys", "entities"], &rows)
    )
}
