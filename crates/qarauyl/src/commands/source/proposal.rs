//! The source file that is proposed for what was found on a site.

use std::fmt::Write;

use fetcher::discovery::{Discovery, Found};
use jiff::Timestamp;
use model::{EndpointKind, SourceId, SourceKind, registered_domain};
use serde::Serialize;
use text::Lang;

/// A source as it would be written.
pub(super) struct Proposal {
    pub(super) id: SourceId,
    pub(super) name: String,
    /// `None`: nothing says where it is.
    pub(super) country: Option<String>,
    /// `None`: nothing says what it is.
    pub(super) kind: Option<SourceKind>,
    pub(super) rows: Vec<Row>,
    languages: Vec<String>,
    url: String,
    at: Timestamp,
}

/// An endpoint with what it holds.
#[derive(Serialize)]
pub(super) struct Row {
    kind: &'static str,
    url: String,
    title: String,
    origin: String,
    entries: usize,
    newest: Option<Timestamp>,
    languages: Vec<String>,
    notes: Vec<String>,
    is_proposed: bool,
}

impl Proposal {
    pub(super) fn of(found: &Discovery, at: Timestamp) -> Self {
        let host = found.url.host_str().unwrap_or_default();
        let first = found.found.first().map(|one| one.candidate.kind);
        let channel = found
            .found
            .first()
            .filter(|_| matches!(first, Some(EndpointKind::Telegram | EndpointKind::Youtube)));
        let is_site = !model::is_platform(&registered_domain(host));
        let name = channel.filter(|_| !is_site).map_or_else(|| registered_domain(host), channel_name);
        Self {
            id: id_of(&name),
            name: Some(found.name.clone()).filter(|name| !name.is_empty()).unwrap_or(name),
            country: country_of(host).filter(|_| is_site),
            kind: (!is_site).then_some(SourceKind::Social),
            languages: languages(found.found.iter()),
            rows: rows(&found.found),
            url: found.url.to_string(),
            at,
        }
    }

    /// Returns the file.
    pub(super) fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let known = |known: bool| if known { "" } else { "                      # not known: set it" };
        let languages: Vec<String> = self.languages.iter().map(|code| quoted(code)).collect();
        let mut text = format!(
            "# Proposed by `qarauyl source add` on {} for {}\n# Every key is explained in docs/guide/sources.md.\n\n\
             [[source]]\nid = {}\nname = {}\ncountry = {}{}\nkind = {}{}\nlanguages = [{}]\nowner = \"\"{}\nschedule = \"auto\"\n",
            self.at.strftime("%Y-%m-%d"),
            one_line(&self.url),
            quoted(self.id.as_str()),
            quoted(&self.name),
            quoted(self.country.as_deref().unwrap_or("ZZ")),
            known(self.country.is_some()),
            quoted(self.kind.unwrap_or(SourceKind::Independent).as_str()),
            known(self.kind.is_some()),
            languages.join(", "),
            known(false),
        );
        let enabled = if self.rows.is_empty() {
            "# Disabled: nothing that announces its news was found.\nenabled = false\n"
        } else {
            "enabled = true\n"
        };
        text.push_str(enabled);
        for row in &self.rows {
            row.write(&mut text, &quoted(&row.url));
        }
        text
    }
}

impl Row {
    /// Returns the cells of a table.
    pub(super) fn cells(&self) -> Vec<String> {
        vec![
            self.kind.to_owned(),
            self.entries.to_string(),
            self.newest.map_or_else(String::new, |time| time.strftime("%Y-%m-%d").to_string()),
            self.languages.join(" "),
            self.origin.clone(),
            self.url.clone(),
        ]
    }

    fn write(&self, text: &mut String, url: &str) {
        let newest = self
            .newest
            .map_or_else(|| "no dates".to_owned(), |time| format!("newest of {}", time.strftime("%Y-%m-%d")));
        let title =
            if self.title.is_empty() { String::new() } else { format!("{}: ", one_line(&self.title)) };
        // Writing into a string cannot fail.
        let _written = writeln!(
            text,
            "# {title}{} entries, {newest}, {}, {}.",
            self.entries,
            self.languages.join(" "),
            self.origin
        );
        for note in &self.notes {
            let _written = writeln!(text, "# It has {note}.");
        }
        let sign = if self.is_proposed { "" } else { "# " };
        let _written =
            writeln!(text, "{sign}[[source.endpoint]]\n{sign}kind = \"{}\"\n{sign}url = {url}", self.kind);
    }
}

/// Every channel and sitemap is proposed, and the feeds that add something: one that another feed holds whole does not,
/// and stands there as a comment.
fn rows(found: &[Found]) -> Vec<Row> {
    found
        .iter()
        .enumerate()
        .map(|(at, one)| row(one, found.iter().take(at).all(|before| adds(one, before))))
        .collect()
}

fn adds(one: &Found, before: &Found) -> bool {
    let known: Vec<String> = before.entries.iter().map(|entry| entry.url.identity()).collect();
    let new = one.entries.iter().filter(|entry| !known.contains(&entry.url.identity())).count();
    new * 4 > one.entries.len()
}

fn row(found: &Found, is_proposed: bool) -> Row {
    Row {
        kind: found.candidate.kind.as_str(),
        url: found.candidate.url.to_string(),
        title: found.candidate.title.clone(),
        origin: found.candidate.origin.to_string(),
        entries: found.entries.len(),
        newest: found.entries.iter().filter_map(|entry| entry.published).max(),
        languages: languages([found].into_iter()),
        notes: found.notes.iter().map(ToString::to_string).collect(),
        is_proposed,
    }
}

/// The languages of the entries, most used first; a tenth of them makes a language.
fn languages<'a>(found: impl Iterator<Item = &'a Found>) -> Vec<String> {
    let mut counts: Vec<(Lang, usize)> = Vec::new();
    let mut all = 0;
    for entry in found.flat_map(|one| &one.entries).filter(|entry| entry.has_text()) {
        let text: String =
            format!("{}\n{}\n{}", entry.title, entry.summary, entry.content).chars().take(2_000).collect();
        let lang = text::detect(&text);
        all += 1;
        match counts.iter_mut().find(|(known, _)| *known == lang) {
            Some((_, count)) => *count += 1,
            None => counts.push((lang, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.retain(|(lang, count)| count * 10 >= all && Lang::parse(lang.as_str()).is_some());
    counts.into_iter().map(|(lang, _)| lang.as_str().to_owned()).collect()
}

fn channel_name(found: &Found) -> String {
    let segment = found.candidate.url.path_segments().and_then(|mut segments| segments.next_back());
    segment.unwrap_or_default().trim_start_matches('@').to_owned()
}

/// Makes an id of a domain or a channel's name.
fn id_of(name: &str) -> SourceId {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_ascii_lowercase();
    let words: Vec<&str> =
        stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").parse().unwrap_or_else(|_| SourceId::of_unlisted(name))
}

/// A country's own top-level domain names it (ISO 3166; the United Kingdom's is the exception). Those that the world
/// uses for other ends say nothing.
fn country_of(host: &str) -> Option<String> {
    let last = host.rsplit('.').next()?.to_ascii_uppercase();
    match last.as_str() {
        "UK" => Some("GB".to_owned()),
        "EU" | "IO" | "ME" | "TV" | "CO" | "AI" | "CC" | "FM" | "TO" | "WS" => None,
        code if code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase()) => Some(code.to_owned()),
        _ => None,
    }
}

/// What a site says of itself stays within its comment.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_countries_come_from_the_address() {
        assert_eq!(id_of("steppe-herald.kz").as_str(), "steppe-herald");
        assert_eq!(id_of("steppe_herald").as_str(), "steppe-herald");
        assert_eq!(id_of("...").as_str(), "elsewhere");
        assert_eq!(country_of("www.steppe.kz").as_deref(), Some("KZ"));
        assert_eq!(country_of("steppe.co.uk").as_deref(), Some("GB"));
        assert_eq!(country_of("steppe.example"), None);
        assert_eq!(country_of("steppe.tv"), None);
    }

    #[test]
    fn what_a_site_says_cannot_leave_its_comment() {
        assert_eq!(one_line("a\n[[source]]\u{85}x"), "a [[source]] x");
    }
}
