//! Reads a query. Precedence: NOT before NEAR before AND before OR; terms side by side are joined by AND.

use std::ops::Range;

use jiff::civil::Date;
use text::{Lang, Script};

use crate::lex::{Lexeme, What, lex};
use crate::name::is_sounded;
use crate::{Filter, Part, Problem, Query, QueryError};

/// Longest query, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// Deepest nesting of parentheses.
const MAX_DEPTH: u32 = 50;
/// Most terms.
const MAX_LEAVES: u32 = 1_024;

/// Reads a query strictly: what a watch must be.
///
/// # Errors
/// Names the place and the remedy.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    read(text).map_err(|error| error.counted_in(text))
}

fn read(text: &str) -> Result<Query, QueryError> {
    if text.len() > MAX_BYTES {
        return Err(QueryError::new(0..text.len(), Problem::TooLong));
    }
    let lexemes = lex(text)?;
    let mut parser = Parser { lexemes: &lexemes, at: 0, end: text.len(), depth: 0, leaves: 0 };
    if lexemes.is_empty() {
        return Err(QueryError::new(0..text.len(), Problem::Empty));
    }
    let query = parser.any()?;
    match parser.peek() {
        None => Ok(query),
        Some(stray) => Err(QueryError::new(stray.place.clone(), Problem::StrayParenthesis)),
    }
}

/// Reads the query of a watch: strictly, and nothing in it may mail what only sounds alike unless it says so.
///
/// # Errors
/// Names the place and the remedy.
pub fn parse_watch(text: &str) -> Result<Query, QueryError> {
    let query = parse(text)?;
    if !query.hears_unasked() {
        return Ok(query);
    }
    let names = lex(text)?.into_iter().find(|lexeme| lexeme.what == What::Field("name".into()));
    let place = names.map_or(0..text.len(), |name| name.place);
    Err(QueryError::new(place, Problem::Heard).counted_in(text))
}

/// Reads a query as well as it can: what the search box does. A typo never makes an error page: what cannot be read
/// is taken as plain words, and what was wrong is returned beside it. `None` when there is no word at all.
pub fn parse_lenient(text: &str) -> (Option<Query>, Option<QueryError>) {
    match parse(text) {
        Ok(query) => (Some(query), None),
        Err(error) => (as_words(text), Some(error)),
    }
}

fn as_words(text: &str) -> Option<Query> {
    let kept: String = text.chars().take(1_000).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let operators = ["AND", "OR", "NOT", "ЖӘНЕ", "НЕМЕСЕ", "ЕМЕС", "И", "ИЛИ", "НЕ", "NEAR", "PRE"];
    let words = kept.split_whitespace().filter(|word| !operators.contains(word)).take(50);
    let mut terms: Vec<Query> = words.map(|word| Query::Word(word.to_owned())).collect();
    if terms.len() > 1 { Some(Query::And(terms)) } else { terms.pop() }
}

struct Parser<'a> {
    lexemes: &'a [Lexeme],
    at: usize,
    end: usize,
    depth: u32,
    leaves: u32,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Lexeme> {
        self.lexemes.get(self.at)
    }

    fn eat(&mut self, what: &What) -> bool {
        let found = self.peek().is_some_and(|lexeme| lexeme.what == *what);
        self.at += usize::from(found);
        found
    }

    fn place(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |lexeme| lexeme.place.clone())
    }

    /// OR of ANDs.
    fn any(&mut self) -> Result<Query, QueryError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(QueryError::new(self.place(), Problem::TooDeep));
        }
        let mut parts = vec![self.all()?];
        while self.eat(&What::Or) {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        Ok(one_or(parts, Query::Or))
    }

    /// AND of terms, said or not.
    fn all(&mut self) -> Result<Query, QueryError> {
        let mut parts = vec![self.near()?];
        loop {
            let said = self.eat(&What::And);
            let ends = matches!(self.peek().map(|lexeme| &lexeme.what), None | Some(What::Or | What::Close));
            if ends && !said {
                return Ok(one_or(parts, Query::And));
            }
            parts.push(self.near()?);
        }
    }

    /// Terms joined by NEAR or PRE, from left to right.
    fn near(&mut self) -> Result<Query, QueryError> {
        let mut left = self.unary()?;
        while let Some(Lexeme { what: What::Near { distance, ordered }, .. }) = self.peek() {
            self.at += 1;
            let right = Box::new(self.unary()?);
            left = Query::Near { left: Box::new(left), right, distance: *distance, ordered: *ordered };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Query, QueryError> {
        let mut negations = 0_u32;
        loop {
            if self.eat(&What::Not) {
                negations += 1;
            } else if !self.eat(&What::Must) {
                break;
            }
        }
        let inner = self.primary()?;
        Ok(if negations % 2 == 1 { Query::Not(Box::new(inner)) } else { inner })
    }

    fn primary(&mut self) -> Result<Query, QueryError> {
        let place = self.place();
        let Some(lexeme) = self.peek() else { return Err(QueryError::new(place, Problem::Dangling)) };
        self.at += 1;
        match &lexeme.what {
            What::Open => self.group(place),
            What::Close => Err(QueryError::new(
                place,
                if self.at == 1 { Problem::StrayParenthesis } else { Problem::Dangling },
            )),
            What::Field(name) => self.field(name, place),
            What::Word(word) => self.leaf(word_of(word, &place)?, &place),
            What::ExactWord(word) => self.leaf(text_of(word, &place).map(Query::Exact)?, &place),
            What::Entity(id) => self.leaf(text_of(id, &place).map(Query::Entity)?, &place),
            What::Quote { text, exact: true, .. } => {
                self.leaf(text_of(text, &place).map(Query::Exact)?, &place)
            }
            What::Quote { text, slop, .. } => {
                let text = text_of(text, &place)?;
                self.leaf(Query::Phrase { text, slop: *slop }, &place)
            }
            What::And | What::Or | What::Not | What::Must | What::Near { .. } => {
                Err(QueryError::new(place, Problem::Dangling))
            }
        }
    }

    fn leaf(&mut self, query: Query, place: &Range<usize>) -> Result<Query, QueryError> {
        self.leaves += 1;
        if self.leaves > MAX_LEAVES {
            Err(QueryError::new(place.clone(), Problem::TooMany))
        } else {
            Ok(query)
        }
    }

    fn group(&mut self, place: Range<usize>) -> Result<Query, QueryError> {
        let inner = self.any()?;
        if self.eat(&What::Close) { Ok(inner) } else { Err(QueryError::new(place, Problem::OpenParenthesis)) }
    }

    fn field(&mut self, name: &str, place: Range<usize>) -> Result<Query, QueryError> {
        let part = match name {
            "title" => Part::Title,
            "body" => Part::Body,
            "name" => return self.name(place),
            "last" | "seen" => return Err(QueryError::new(place, Problem::Moving)),
            _ => return self.filter(name, place),
        };
        let inner = self.primary()?;
        Ok(Query::In(part, Box::new(inner)))
    }

    fn name(&mut self, place: Range<usize>) -> Result<Query, QueryError> {
        let Some(Lexeme { what: What::Word(text) | What::Quote { text, .. }, place: of_text }) = self.peek()
        else {
            return Err(QueryError::new(place, Problem::Name));
        };
        let (text, mut place) = (text.clone(), place.start..of_text.end);
        self.at += 1;
        // The sign stands at once behind the name: name:Bilash!, name:"Serikzhan Bilash"!
        let sign =
            self.peek().filter(|next| next.what == What::Word("!".into()) && next.place.start == place.end);
        let behind = sign.map(|sign| sign.place.end);
        if let Some(end) = behind {
            place.end = end;
            self.at += 1;
        }
        let name = text.trim_end_matches('!').to_owned();
        if is_sounded(&name) {
            let mails = behind.is_some() || name != text;
            self.leaf(Query::Name { text: name, mails }, &place)
        } else {
            Err(QueryError::new(place, Problem::Name))
        }
    }

    fn filter(&mut self, name: &str, place: Range<usize>) -> Result<Query, QueryError> {
        if !FIELDS.contains(&name) {
            return Err(QueryError::new(place, Problem::Field));
        }
        let (value, end) = match self.peek() {
            Some(Lexeme { what: What::Word(text) | What::Quote { text, .. }, place }) => {
                (text.as_str(), place.end)
            }
            _ => return Err(QueryError::new(place, Problem::Value)),
        };
        self.at += 1;
        let place = place.start..end;
        let query = filter_of(name, value).ok_or_else(|| QueryError::new(place.clone(), Problem::Value))?;
        self.leaf(query, &place)
    }
}

const FIELDS: &[&str] = &[
    "lang", "script", "source", "country", "kind", "author", "tag", "url", "story", "entity", "after",
    "before",
];

const KINDS: &[&str] = &["independent", "state", "exile", "ngo", "trade", "academic", "social"];

fn filter_of(name: &str, value: &str) -> Option<Query> {
    if value.is_empty() {
        return None;
    }
    let filter = match name {
        "lang" => Filter::Lang(lang_of(value)?),
        "script" => Filter::Script(Script::parse(value)?),
        "source" => Filter::Source(value.to_lowercase()),
        "country" => Filter::Country(Some(value.to_uppercase()).filter(|code| code.len() == 2)?),
        "kind" => Filter::Kind(Some(value.to_lowercase()).filter(|kind| KINDS.contains(&kind.as_str()))?),
        "author" => Filter::Author(value.to_owned()),
        "tag" => Filter::Tag(value.to_owned()),
        "url" => Filter::Url(value.to_owned()),
        "story" => Filter::Story(value.parse().ok()?),
        "after" => Filter::After(value.parse::<Date>().ok()?),
        "before" => Filter::Before(value.parse::<Date>().ok()?),
        _ => return Some(Query::Entity(value.to_owned())),
    };
    Some(Query::Filter(filter))
}

/// A bare language stays bare, so that `lang:kk` means Kazakh in any script.
fn lang_of(value: &str) -> Option<String> {
    let lang = Lang::parse(value)?;
    Some(if value.contains('-') { lang.as_str().to_owned() } else { lang.code().to_owned() })
}

fn text_of(text: &str, place: &Range<usize>) -> Result<String, QueryError> {
    if text.chars().any(char::is_alphanumeric) {
        Ok(text.to_owned())
    } else {
        Err(QueryError::new(place.clone(), Problem::NoLetters))
    }
}

fn word_of(word: &str, place: &Range<usize>) -> Result<Query, QueryError> {
    let text = text_of(word, place)?;
    if !text.contains(['*', '?', '＊', '？']) {
        return Ok(Query::Word(text));
    }
    let pattern = text.replace('＊', "*").replace('？', "?");
    // A question mark at the end of a word is a question, not a pattern.
    let question = pattern.trim_end_matches('?');
    if !question.contains(['*', '?']) {
        return Ok(Query::Word(question.to_owned()));
    }
    let head = pattern.split(['*', '?']).next().unwrap_or_default();
    let han = head.chars().any(|c| Script::of(c) == Script::Han);
    let letters = head.chars().filter(|c| c.is_alphanumeric()).count();
    if letters >= 2 || (han && letters == 1) {
        Ok(Query::Pattern(pattern))
    } else {
        Err(QueryError::new(place.clone(), Problem::Pattern))
    }
}

fn one_or(mut parts: Vec<Query>, many: fn(Vec<Query>) -> Query) -> Query {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            many(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, printed: &str) {
        let query = parse(text).unwrap_or_else(|error| panic!("{}", error.pointed_at(text)));
        assert_eq!(query.to_string(), printed);
        assert_eq!(parse(printed).unwrap(), query, "the print of `{text}` reads back to itself");
    }

    fn fails(text: &str, problem: Problem) {
        assert_eq!(parse(text).unwrap_err().problem, problem, "{text}");
    }

    #[test]
    fn queries_print_so_that_they_read_back() {
        check("khorgos port", "khorgos AND port");
        check("a b OR c NOT d", "(a AND b) OR (c AND NOT d)");
        check("+a -b", "a AND NOT b");
        check("NOT a", "NOT a");
        check("NOT NOT a", "a");
        check("Қорғас НЕМЕСЕ Хоргос", "Қорғас OR Хоргос");
        check("„dry port“~5", "\"dry port\"~5");
        check("(detain* OR arrest) NEAR/5 @kazakhs", "(detain* OR arrest) NEAR/5 @kazakhs");
        check("a PRE/3 b NEAR/2 c", "(a PRE/3 b) NEAR/2 c");
        check("title：（Хоргос）", "title:(Хоргос)");
        check("lang:kk-arab AND country:kz", "lang:kk-Arab AND country:KZ");
        check("after:2026-01-31 url:\"a/b\"", "after:2026-01-31 AND url:\"a/b\"");
        check("=\"Khorgos\" =Ili", "=\"Khorgos\" AND =\"Ili\"");
        check("entity:khorgos 霍尔果*", "@khorgos AND 霍尔果*");
        check("dry-port why?", "dry-port AND why");
    }

    #[test]
    fn every_error_names_its_place_and_a_remedy() {
        fails("", Problem::Empty);
        fails("(a", Problem::OpenParenthesis);
        fails("a)", Problem::StrayParenthesis);
        fails("a AND", Problem::Dangling);
        fails("OR a", Problem::Dangling);
        fails("\"a", Problem::OpenQuote);
        fails("colour:red", Problem::Field);
        fails("lang:xx", Problem::Value);
        fails("last:7d", Problem::Moving);
        fails("name:2026", Problem::Name);
        fails("name:\"a b c d e f g\"", Problem::Name);
        fails("a NEAR/0 b", Problem::Distance);
        fails("a*", Problem::Pattern);
        fails("&", Problem::NoLetters);
        fails(&"(".repeat(5_000), Problem::TooDeep);
        fails(&"a ".repeat(2_000), Problem::TooMany);
        fails(&"a".repeat(9_000), Problem::TooLong);
        let shown = parse("ab lang:xx").unwrap_err().pointed_at("ab lang:xx");
        assert!(shown.contains("   ^^^^^^^\nat character 4"), "{shown}");
        let wrong = |query: &str| parse(query).unwrap_err().to_string();
        assert!(wrong("қорғас шекара:x").starts_with("at character 8:"), "{}", wrong("қорғас шекара:x"));
        assert!(wrong("新疆 (").starts_with("at character 5:"), "{}", wrong("新疆 ("));
    }

    #[test]
    fn a_watch_mails_what_sounds_alike_only_when_it_says_so() {
        let heard = parse_watch("port NOT name:Bilash").unwrap_err();
        assert_eq!((heard.problem, heard.place.start), (Problem::Heard, 9));
        check("name:\"Serikzhan Bilash\"! port", "name:\"Serikzhan Bilash\"! AND port");
        check("name:Bilash!", "name:\"Bilash\"!");
        assert!(parse_watch("name:Bilash!").is_ok());
    }

    #[test]
    fn a_typo_in_the_search_box_still_searches() {
        let (query, error) = parse_lenient("(khorgos AND \"dry");
        assert_eq!(query.unwrap().to_string(), "khorgos AND dry");
        assert!(error.is_some());
        assert_eq!(parse_lenient("  ").0, None);
    }
}
