//! The words that join terms, in every language of the house.
//!
//! In capitals a word is an operator wherever it stands. In small letters, and in scripts that have none, it is one only
//! where nothing else can be meant: between two terms, in a query without an operator in capitals. OR and NOT moreover
//! only where no two terms stand side by side without an operator, as they do in running text; and of the negations in
//! small letters only `not` stands alone, all others behind an AND or OR (`и не`), for in running text they negate their
//! sentence. Whatever is in doubt is a word. The reading, which every face shows, tells what was understood.

use crate::lex::{Lexeme, What};
use crate::signs::{number, usually};

/// The distance that is taken where one cannot be read.
pub(crate) const USUAL_DISTANCE: u32 = 5;

/// What a word in capitals says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// An operator.
    Operator(What),
    /// NEAR or PRE with a distance that cannot be used.
    Distance { ordered: bool },
}

/// Returns the operator that a word is wherever it stands.
pub(crate) fn in_capitals(word: &str) -> Option<Said> {
    let word = usually(word);
    let operator = match word.as_str() {
        "AND" | "ЖӘНЕ" | "ЖƏНЕ" | "И" | "VE" | "&&" => What::And,
        "OR" | "НЕМЕСЕ" | "ИЛИ" | "VEYA" | "||" => What::Or,
        "NOT" | "НЕ" | "ЕМЕС" | "DEĞİL" => What::Not,
        _ => return distance(&word),
    };
    Some(Said::Operator(operator))
}

/// Returns whether a word may join terms, in some query: whoever looks at single words leaves it alone.
pub fn may_be_operator(word: &str) -> bool {
    in_capitals(word).is_some() || in_small_letters(word).is_some()
}

/// `NEAR/5` and `PRE/5`. With a number they are meant in small letters, too.
fn distance(word: &str) -> Option<Said> {
    let (name, wanted) = word.split_once('/').unwrap_or((word, ""));
    let ordered = match name.to_ascii_uppercase().as_str() {
        "NEAR" => false,
        "PRE" => true,
        _ => return None,
    };
    match number(wanted).filter(|distance| (1..=crate::MAX_DISTANCE).contains(distance)) {
        Some(distance) => Some(Said::Operator(What::Near { distance, ordered })),
        None if name.chars().all(char::is_uppercase) || number(wanted).is_some() => {
            Some(Said::Distance { ordered })
        }
        None => None,
    }
}

/// What a word may say in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Small {
    And,
    Or,
    Not,
    /// A negation that stands behind another operator only.
    AfterOperator,
}

fn in_small_letters(word: &str) -> Option<Small> {
    let word = usually(word);
    match word.as_str() {
        "and" | "және" | "жəне" | "и" | "ve" | "ۋە" | "جانە" | "与" | "與" | "和" => {
            Some(Small::And)
        }
        "or" | "немесе" | "или" | "veya" | "ياكى" | "نەمەسە" | "或" => Some(Small::Or),
        "not" => Some(Small::Not),
        "не" | "емес" | "değil" | "ئەمەس" | "ەمەس" | "非" => Some(Small::AfterOperator),
        _ => None,
    }
}

fn small_of(lexeme: Option<&Lexeme>) -> Option<Small> {
    match &lexeme?.what {
        What::Word(word) => in_small_letters(word),
        _ => None,
    }
}

/// Whether a term ends here.
fn ends_term(lexeme: &Lexeme) -> bool {
    matches!(
        lexeme.what,
        What::Word(_) | What::ExactWord(_) | What::Entity(_) | What::Quote { .. } | What::Close
    )
}

/// Whether a term begins here.
fn begins_term(lexeme: &Lexeme) -> bool {
    matches!(
        lexeme.what,
        What::Word(_)
            | What::ExactWord(_)
            | What::Entity(_)
            | What::Quote { .. }
            | What::Open
            | What::Field(_)
            | What::Minus
            | What::Must
    )
}

/// Makes operators of the words in small letters that can be nothing else.
pub(crate) fn read_small_letters(lexemes: &mut [Lexeme]) {
    if lexemes.iter().any(|one| matches!(one.what, What::And | What::Or | What::Not)) {
        return;
    }
    let runs_on = has_terms_side_by_side(lexemes);
    for at in 0..lexemes.len() {
        let meant = match small_of(lexemes.get(at)) {
            Some(Small::And) if is_between_terms(lexemes, at) => What::And,
            Some(Small::Or) if !runs_on && is_between_terms(lexemes, at) => What::Or,
            Some(Small::Not) if !runs_on && (is_between_terms(lexemes, at) || is_behind(lexemes, at)) => {
                What::Not
            }
            Some(Small::AfterOperator) if !runs_on && is_behind(lexemes, at) => What::Not,
            _ => continue,
        };
        if let Some(lexeme) = lexemes.get_mut(at) {
            lexeme.what = meant;
        }
    }
}

/// Terms side by side without an operator between them are how running text looks.
fn has_terms_side_by_side(lexemes: &[Lexeme]) -> bool {
    // The sign behind a name belongs to it.
    let is_sign = |one: &Lexeme| matches!(&one.what, What::Word(word) if usually(word) == "!");
    (1..lexemes.len()).any(|at| match lexemes.get(at - 1..=at) {
        Some([first, second]) => {
            ends_term(first)
                && begins_term(second)
                && !matches!(second.what, What::Minus | What::Must)
                && !(may_join(lexemes, at - 1) || may_join(lexemes, at))
                && !is_sign(second)
        }
        _ => false,
    })
}

/// Whether a word in small letters may be an operator where it stands.
fn may_join(lexemes: &[Lexeme], at: usize) -> bool {
    match small_of(lexemes.get(at)) {
        None => false,
        Some(Small::And | Small::Or | Small::Not) => true,
        Some(Small::AfterOperator) => {
            let before = at.checked_sub(1).and_then(|before| small_of(lexemes.get(before)));
            matches!(before, Some(Small::And | Small::Or))
        }
    }
}

fn is_between_terms(lexemes: &[Lexeme], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| lexemes.get(before));
    before.is_some_and(|before| ends_term(before) && small_of(Some(before)).is_none())
        && is_before_term(lexemes, at)
}

/// A negation may stand between the operator and the term.
fn is_before_term(lexemes: &[Lexeme], at: usize) -> bool {
    let term = |at: usize| lexemes.get(at).filter(|next| begins_term(next));
    match small_of(term(at + 1)) {
        None => term(at + 1).is_some(),
        Some(Small::Not | Small::AfterOperator) => {
            term(at + 2).is_some_and(|next| small_of(Some(next)).is_none())
        }
        Some(Small::And | Small::Or) => false,
    }
}

/// Whether a negation stands behind AND or OR and before a term.
fn is_behind(lexemes: &[Lexeme], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| lexemes.get(before));
    before.is_some_and(|before| matches!(before.what, What::And | What::Or))
        && lexemes.get(at + 1).is_some_and(|next| begins_term(next) && small_of(Some(next)).is_none())
}

#[cfg(test)]
mod tests {
    use crate::parse;

    fn check(text: &str, reading: &str) {
        assert_eq!(parse(text).map(|query| query.to_string()).as_deref(), Ok(reading), "{text}");
    }

    #[test]
    fn operators_in_capitals_are_read_in_every_language() {
        for text in ["a И b", "a ЖӘНЕ b", "a ЖƏНЕ b", "a VE b", "a ＡＮＤ b", "a && b"] {
            check(text, "a AND b");
        }
        for text in ["a ИЛИ b", "a НЕМЕСЕ b", "a VEYA b", "a || b"] {
            check(text, "a OR b");
        }
        for text in ["a НЕ b", "a ЕМЕС b", "a DEĞİL b"] {
            check(text, "a AND NOT b");
        }
        for text in ["a near/7 b", "a NEAR／７ b", "a Near/٧ b"] {
            check(text, "a NEAR/7 b");
        }
    }

    #[test]
    fn in_small_letters_they_join_where_nothing_else_can_be_meant() {
        for text in
            ["khorgos and port", "khorgos и port", "khorgos және port", "khorgos ۋە port", "khorgos 和 port"]
        {
            check(text, "khorgos AND port");
        }
        for text in [
            "khorgos or (port)",
            "khorgos или \"port\"",
            "khorgos ياكى port",
            "khorgos نەمەسە port",
            "khorgos 或 port",
        ] {
            assert!(parse(text).unwrap().to_string().contains(" OR "), "{text}");
        }
        check("khorgos not football", "khorgos AND NOT football");
        check("khorgos and not football", "khorgos AND NOT football");
        check("khorgos и не football", "khorgos AND NOT football");
        check("khorgos 和 非 football", "khorgos AND NOT football");
        check("a or b or c", "a OR b OR c");
    }

    #[test]
    fn what_is_in_doubt_is_a_word() {
        check("not", "not");
        check("not khorgos", "not AND khorgos");
        check("и khorgos", "и AND khorgos");
        check("khorgos and", "khorgos AND and");
        check("bread and butter OR milk", "(bread AND and AND butter) OR milk");
        check("Казахстан не признал", "Казахстан AND не AND признал");
        check("он не брат или сват", "он AND не AND брат AND или AND сват");
        check("war \"and\" peace", "war AND \"and\" AND peace");
        check("a and or b", "a AND and AND or AND b");
        check("title:and khorgos", "title:(and) AND khorgos");
        check("hard to say or do", "hard AND to AND say AND or AND do");
    }
}
