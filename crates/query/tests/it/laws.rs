//! Laws that hold for any query and any article.

use jiff::Timestamp;
use proptest::prelude::*;
use query::{Lexicon, Plan, evaluate, parse, parse_lenient, plan, testing};

proptest! {
    #[test]
    fn a_printed_query_reads_back_to_itself(query in testing::query()) {
        let printed = query.to_string();
        let read = parse(&printed).map_err(|error| TestCaseError::fail(error.pointed_at(&printed)))?;
        prop_assert_eq!(read, query);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        let _read = parse(&text);
        let (query, error) = parse_lenient(&text, Timestamp::UNIX_EPOCH, &Lexicon::empty());
        prop_assert!(query.is_some() || error.is_some());
    }

    #[test]
    fn not_turns_the_answer_round(query in testing::query(), document in testing::document()) {
        let plan = plan(&query, &Lexicon::empty()).unwrap();
        let answer = evaluate(&plan, &document).is_some();
        prop_assert_eq!(evaluate(&Plan::Not(Box::new(plan)), &document).is_some(), !answer);
    }

    #[test]
    fn what_is_found_is_what_the_definition_says(
        query in testing::query_with_names(),
        (title, blocks, facts) in testing::article(),
    ) {
        let lexicon = testing::lexicon();
        let plan = plan(&query, &lexicon).unwrap();
        let texts: Vec<&str> = blocks.iter().map(String::as_str).collect();
        let document = query::Document::read(&title, &texts, &lexicon, facts);
        prop_assert_eq!(evaluate(&plan, &document).is_some(), testing::matches(&plan, &document), "{}", query);
    }

    #[test]
    fn a_clause_alone_is_found_where_the_query_finds_it(query in testing::query(), document in testing::document()) {
        let lexicon = Lexicon::empty();
        let clauses = query.clauses();
        for hit in evaluate(&plan(&query, &lexicon).unwrap(), &document).unwrap_or_default() {
            let alone = plan(&clauses[hit.clause as usize], &lexicon).unwrap();
            let found = evaluate(&alone, &document).unwrap_or_default();
            prop_assert!(found.iter().any(|one| (one.part, one.block, &one.range) == (hit.part, hit.block, &hit.range)));
        }
    }

    #[test]
    fn hits_lie_inside_their_blocks(query in testing::query(), (title, blocks, facts) in testing::article()) {
        let plan = plan(&query, &Lexicon::empty()).unwrap();
        let texts: Vec<&str> = blocks.iter().map(String::as_str).collect();
        let document = query::Document::read(&title, &texts, &Lexicon::empty(), facts);
        for hit in evaluate(&plan, &document).unwrap_or_default() {
            let text = if hit.part == query::Part::Title { title.as_str() } else { texts[hit.block as usize] };
            prop_assert!(text.get(hit.range).is_some_and(|marked| !marked.is_empty()));
        }
    }
}
