//! Any query over any article is answered as its definition says: nothing panics, and what is highlighted lies within its
//! block.
//!
//! `cargo +nightly fuzz run agreement` in `crates/query`. The first line is the query, the second the title, each further
//! one a block.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use query::{Document, Facts, Lexicon, Part, Plan, evaluate, parse_lenient, plan, testing};

fuzz_target!(|input: &str| {
    let mut lines = input.split('\n');
    let (asked, title) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let blocks: Vec<&str> = lines.collect();
    let lexicon = Lexicon::empty();
    let (Some(query), _) = parse_lenient(asked, Timestamp::UNIX_EPOCH, &lexicon) else { return };
    let plan = plan(&query, &lexicon).expect("what the search box reads can be looked for");
    let document = Document::read(title, &blocks, &lexicon, Facts::of_text(text::detect(input)));
    let hits = evaluate(&plan, &document);
    assert_eq!(hits.is_some(), testing::matches(&plan, &document), "{query}");
    assert_ne!(evaluate(&Plan::Not(Box::new(plan)), &document).is_some(), hits.is_some());
    for hit in hits.unwrap_or_default() {
        let block = if hit.part == Part::Title { title } else { blocks[hit.block as usize] };
        assert!(block.get(hit.range).is_some_and(|marked| !marked.is_empty()));
    }
});
