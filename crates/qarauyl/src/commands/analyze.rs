//! `qarauyl analyze` and `qarauyl detect`: what the language rooms make of a text.

use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use query::{Document, Facts, Lexicon};
use serde::Serialize;
use text::{Key, KeyKind, Lang, NameWord, Script, name_word, sounds};

use crate::lexicon;
use crate::output::{Output, or_stdin, table, write_out};
use crate::settings::Settings;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
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
    /// Print the sounds of names, and words that names are made of as `#number`, in place of keys.
    #[arg(long)]
    fuzzy: bool,
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
    /// The text in other letters, for a reader who does not know these.
    readings: Vec<String>,
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
            let mut analysed = analyse(text, lang, &lexicon, arguments.keys);
            if arguments.fuzzy {
                analysed.tokens = by_sound(text, lang);
            }
            let whole = lexicon.whole(text, lang);
            if !whole.is_empty() {
                name(&mut analysed, &whole);
            }
            write_out(&format!("{line}\t{}\t{}", tokens_of(&analysed), entities_of(&analysed)))?;
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
    let document = Document::read("", &[text], lexicon, Facts::of_text(lang));
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
    let readings = [Script::Cyrillic, Script::Latin];
    Analysed {
        script: script.as_str(),
        lang: lang.as_str(),
        tokens: tokens.collect(),
        readings: readings.into_iter().filter_map(|to| text::transliterate(text, lang, to)).collect(),
    }
}

/// The tokens of a name by their sound; words that no name is told by are left out.
fn by_sound(text: &str, lang: Lang) -> Vec<Token> {
    let mut tokens = Vec::new();
    for token in text::analyze(text, lang) {
        let word = text.get(token.start..token.end).unwrap_or_default();
        let keys = match name_word(&token.keys) {
            Some(NameWord::Stop) => continue,
            Some(NameWord::Common(number)) => vec![format!("#{number}")],
            // An abbreviation has no sound of its own.
            None if is_abbreviation(word) => Vec::new(),
            None => token.keys.iter().flat_map(sounds).collect::<BTreeSet<String>>().into_iter().collect(),
        };
        let keys =
            if keys.is_empty() { token.keys.iter().map(|key| key.text().to_owned()).collect() } else { keys };
        tokens.push(Token { text: word.to_owned(), keys, entities: Vec::new() });
    }
    tokens
}

fn is_abbreviation(word: &str) -> bool {
    const LONGEST: usize = 5;
    word.chars().count() <= LONGEST && word.chars().all(char::is_uppercase)
}

/// Names the whole line, and nothing within it.
fn name(analysed: &mut Analysed, entities: &[&str]) {
    for (at, token) in analysed.tokens.iter_mut().enumerate() {
        token.entities =
            if at == 0 { entities.iter().map(|id| (*id).to_owned()).collect() } else { Vec::new() };
    }
}

fn shown(key: &Key, keys: Keys) -> bool {
    match key.kind() {
        KeyKind::Surface | KeyKind::LastHan => keys == Keys::Surface || key.kind() == KeyKind::LastHan,
        KeyKind::Peeled => keys == Keys::All,
        KeyKind::Entity => false,
    }
}

fn tokens_of(analysed: &Analysed) -> String {
    let tokens: Vec<String> = analysed.tokens.iter().map(|token| token.keys.join("|")).collect();
    tokens.iter().filter(|keys| !keys.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

fn entities_of(analysed: &Analysed) -> String {
    let ids: BTreeSet<&str> =
        analysed.tokens.iter().flat_map(|token| &token.entities).map(String::as_str).collect();
    ids.into_iter().collect::<Vec<_>>().join("|")
}

fn plain(analysed: &Analysed) -> String {
    let rows: Vec<Vec<String>> = analysed
        .tokens
        .iter()
        .map(|token| vec![token.text.clone(), token.keys.join(" "), token.entities.join(" ")])
        .collect();
    let mut head = vec![format!("script    {}", analysed.script), format!("language  {}", analysed.lang)];
    head.extend(analysed.readings.iter().map(|text| format!("reads     {text}")));
    format!("{}\n\n{}", head.join("\n"), table(&["word", "keys", "entities"], &rows))
}
