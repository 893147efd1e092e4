//! The command line.
//!
//! The help of a command begins with its examples: `before_help`, a text that starts with `Examples:` and has one command
//! a line, what it does behind two spaces and a `#`. A test reads each of these commands as the program would, and finds
//! those that have none.

mod analyze;
mod archive;
mod backup;
mod batch;
mod config;
mod demo;
mod doctor;
mod examples;
mod explain;
mod extract;
pub(crate) mod index;
mod init;
mod jobs;
mod key;
mod ledger;
mod lexicon;
mod reference;
mod restore;
mod run;
mod seal;
mod search;
mod source;
mod story;
mod subscriber;
mod upgrade;
mod watch;

pub(crate) use init::{keep_owner, replace, write_new};

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::house::{self, House};
use crate::logging;
use crate::output::Output;
use crate::settings::Settings;

/// Watches the news for coverage of the Xinjiang Kazakhs and of Khorgos, keeps what it saw as evidence, makes it
/// searchable across scripts, and mails what matches.
///
/// Try it:  qarauyl demo
/// Set up:  qarauyl init, then qarauyl doctor, qarauyl run
#[derive(Debug, Parser)]
#[command(
    name = "qarauyl",
    version = env!("QARAUYL_VERSION"),
    verbatim_doc_comment,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    /// The folder where qarauyl.toml and the data lie.
    #[arg(long, global = true, default_value = ".", env = "QARAUYL_HOME")]
    home: PathBuf,
    /// A settings file elsewhere.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Data as JSON on stdout, nothing else.
    #[arg(long, global = true)]
    json: bool,
    /// More on stderr; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set a house up: six questions, or a flag for each; nothing is overwritten.
    #[command(before_help = examples::INIT)]
    Init(init::Arguments),
    /// Show the whole way on a bundled sample newsroom: feeds, pages, matches, mails, search.
    #[command(before_help = examples::DEMO)]
    Demo(demo::Arguments),
    /// Run all services, or some.
    #[command(before_help = examples::RUN)]
    Run(run::Arguments),
    /// Search the archive.
    #[command(before_help = search::EXAMPLES)]
    Search(search::Arguments),
    /// Standing queries: add, list, test, edit, pause, resume, remove; and what was done to them.
    #[command(subcommand, before_help = watch::EXAMPLES)]
    Watch(watch::Action),
    /// Stories: show one, mark it as relevant or noise, write a note to it.
    #[command(subcommand, before_help = story::EXAMPLES)]
    Story(story::Action),
    /// Match queries with documents, both from files: one line for each pair that matches.
    #[command(before_help = examples::MATCH)]
    Match(batch::Arguments),
    /// Why a watch matched an article, or did not, and what was told.
    #[command(before_help = examples::EXPLAIN)]
    Explain(explain::Arguments),
    /// Who is mailed: add, list, pause, resume, export, remove.
    #[command(subcommand, before_help = subscriber::EXAMPLES)]
    Subscriber(subscriber::Action),
    /// Sources: list, check, add, import, export, plan.
    #[command(subcommand, before_help = examples::SOURCE)]
    Source(source::Action),
    /// Show what is read from a page, or measure a folder of pages.
    #[command(before_help = examples::EXTRACT)]
    Extract(extract::Arguments),
    /// Show script, language, tokens, keys and entities of a text.
    #[command(before_help = examples::ANALYZE)]
    Analyze(analyze::Arguments),
    /// Say which language a text is in.
    #[command(before_help = examples::DETECT)]
    Detect(analyze::DetectArguments),
    /// Work that waits for a person: list it, try it again.
    #[command(before_help = examples::JOBS)]
    Jobs(jobs::Arguments),
    /// What was read and told to whom; what was held back; whether it agrees with the archive.
    #[command(before_help = examples::LEDGER)]
    Ledger(ledger::Arguments),
    /// The team's own names, sealed: people and places that stand in no public lexicon.
    #[command(subcommand, before_help = lexicon::EXAMPLES)]
    Lexicon(lexicon::Action),
    /// The search index.
    #[command(subcommand, before_help = examples::INDEX)]
    Index(index::Action),
    /// The kept pages: prove them, find them, make their index anew.
    #[command(subcommand, before_help = examples::ARCHIVE)]
    Archive(archive::Action),
    /// Write one encrypted file that holds all that cannot be made anew: store, archive, keys, settings.
    #[command(before_help = examples::BACKUP)]
    Backup(backup::Arguments),
    /// Make a house out of backups.
    #[command(before_help = examples::RESTORE)]
    Restore(restore::Arguments),
    /// Stop the house, and put its keys, mail password and outbox into one encrypted file.
    #[command(before_help = examples::SEAL)]
    Seal,
    /// Put back what `qarauyl seal` has put away.
    #[command(before_help = examples::UNSEAL)]
    Unseal(seal::Unseal),
    /// Another key of what is sealed, another passphrase, another key that signs what is kept.
    #[command(subcommand, before_help = examples::KEY)]
    Key(key::Action),
    /// Bring the store to this version, after a copy of it.
    #[command(before_help = examples::UPGRADE)]
    Upgrade(upgrade::Arguments),
    /// The settings.
    #[command(subcommand, before_help = examples::CONFIG)]
    Config(config::Action),
    /// Check everything and say what to do. Exit code 0: all is fine; 1: something wants a look.
    #[command(before_help = examples::DOCTOR)]
    Doctor(doctor::Arguments),
    /// Write the manual pages of all commands to a folder.
    #[command(before_help = examples::MAN)]
    Man(reference::Manual),
    /// Print the completions of the command line for a shell.
    #[command(before_help = examples::COMPLETIONS)]
    Completions(reference::Completions),
}

/// Runs one command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let out = Output { json: cli.json };
    match &cli.command {
        Command::Init(arguments) => return init::run(&cli.home, arguments, out).await,
        Command::Demo(arguments) => return demo::run(arguments, cli.verbose, out).await,
        Command::Extract(arguments) => {
            return extract::run((&cli.home, cli.config.as_ref()), arguments, out).await;
        }
        // What is broken is what it is for: it opens the house itself.
        Command::Doctor(arguments) => {
            let place = (cli.home.as_path(), cli.config.as_ref());
            return Box::pin(doctor::run(place, cli.verbose, arguments, out)).await;
        }
        Command::Backup(arguments) => {
            return backup::run((&cli.home, cli.config.as_ref()), arguments, out).await;
        }
        Command::Restore(arguments) => return restore::run(arguments, out).await,
        Command::Seal => return seal::seal((&cli.home, cli.config.as_ref()), out).await,
        Command::Unseal(arguments) => {
            return seal::unseal((&cli.home, cli.config.as_ref()), arguments, out);
        }
        // A simulation needs no house.
        Command::Source(source::Action::Simulate(arguments)) => return source::simulate::run(arguments, out),
        Command::Man(arguments) => return reference::manual(arguments, out),
        Command::Completions(arguments) => return Ok(reference::completions(arguments)),
        Command::Config(action) => return config::run(&cli.home, cli.config.as_ref(), action, out),
        _ => {}
    }
    let mut settings = house::settings(&cli.home, cli.config.as_ref())?;
    louder(&mut settings, cli.verbose);
    logging::start(&settings.log);
    match cli.command {
        Command::Analyze(arguments) => return analyze::run(&settings, &arguments, out),
        Command::Detect(arguments) => return analyze::detect(&arguments, out),
        Command::Archive(action) => return archive::run(&settings, &action, out),
        Command::Upgrade(arguments) => return upgrade::run(settings, &arguments, out).await,
        Command::Match(arguments) => return batch::run(&settings, &arguments, out),
        _ => {}
    }
    let house = House::open(settings).await?;
    match cli.command {
        Command::Run(arguments) => run::run(&house, &arguments, out).await,
        Command::Search(arguments) => search::run(&house, &arguments, out).await,
        Command::Watch(action) => watch::run(&house, &action, out).await,
        Command::Story(action) => story::run(&house, &action, out).await,
        Command::Subscriber(action) => subscriber::run(&house, &action, out).await,
        Command::Source(action) => source::run(&house, &action, out).await,
        Command::Explain(arguments) => explain::run(&house, &arguments, out).await,
        Command::Jobs(arguments) => jobs::run(&house, &arguments, out).await,
        Command::Ledger(arguments) => ledger::run(&house, &arguments, out).await,
        Command::Lexicon(action) => lexicon::run(&house, &action, out).await,
        Command::Key(action) => key::run(&house, &action, out).await,
        Command::Index(action) => index::run(&house, &action, out).await,
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// `-v` asks for more than the settings do.
fn louder(settings: &mut Settings, verbose: u8) {
    match verbose {
        0 => {}
        1 => "debug".clone_into(&mut settings.log.level),
        _ => "trace".clone_into(&mut settings.log.level),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Cli;

    /// Splits a command as a shell does that knows single quotes alone.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().unwrap().push(c),
            }
        }
        words
    }

    /// The examples of a command and of all below it; `path` is how the command is called.
    fn examples(command: &clap::Command, path: &str) -> Vec<String> {
        let help = command.get_before_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.starts_with("Examples:\n  qarauyl "), "`{path} --help` does not begin with examples");
        let lines = help.lines().skip(1).map(|line| line.split("  #").next().unwrap().trim().to_owned());
        let own: Vec<String> = lines.collect();
        assert!(
            own.iter().all(|line| line.starts_with(path)),
            "`{path} --help` shows another command: {own:?}"
        );
        let below = command.get_subcommands();
        let below = below.flat_map(|one| examples(one, &format!("{path} {}", one.get_name())));
        own.into_iter().chain(below).collect()
    }

    #[test]
    fn every_command_has_examples_and_each_of_them_is_one() {
        let all = Cli::command();
        let each = all.get_subcommands();
        for example in each.flat_map(|one| examples(one, &format!("qarauyl {}", one.get_name()))) {
            if let Err(error) = Cli::try_parse_from(words(&example)) {
                panic!("{example}: {error}");
            }
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
