//! The list finds what each watch alone finds, however it was filled.

use matcher::{Reading, Watchlist};
use model::WatchId;
use proptest::prelude::*;
use query::{Document, Facts, Lexicon, Part, Pattern, Plan, Spans, evaluate, plan, testing};
use text::{Key, Lang};

fn plans(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Plan>> {
    let planned = |query| plan(&query, &Lexicon::empty()).unwrap();
    prop::collection::vec(testing::query().prop_map(planned), count)
}

fn numbered(plans: &[Plan]) -> Vec<(WatchId, Plan)> {
    (1..).map(WatchId).zip(plans.iter().cloned()).collect()
}

fn found(list: &Watchlist, document: &Document) -> Vec<WatchId> {
    list.matches(document).into_iter().map(|one| one.watch).collect()
}

fn alone(watches: &[(WatchId, Plan)], document: &Document) -> Vec<WatchId> {
    let matching = watches.iter().filter(|(_, plan)| evaluate(plan, document).is_some());
    matching.map(|(watch, _)| *watch).collect()
}

proptest! {
    #[test]
    fn the_list_finds_what_each_watch_alone_finds(
        plans in plans(1..12),
        documents in prop::collection::vec(testing::document(), 1..6),
        frequent in prop::collection::vec(testing::word(), 0..4),
    ) {
        let watches = numbered(&plans);
        let mut list = Watchlist::default();
        for word in frequent {
            list.note_frequency(&word.to_lowercase(), 1_000);
        }
        list.fill(watches.clone());
        // Filed anew by what an article taught, it finds the same.
        if let Some(document) = documents.first() {
            list.learn(document);
            list.refile();
        }
        for document in &documents {
            prop_assert_eq!(found(&list, document), alone(&watches, document));
            for one in list.matches(document) {
                let plan = &watches.iter().find(|(watch, _)| *watch == one.watch).unwrap().1;
                let in_order = |mut hits: Vec<query::Hit>| {
                    hits.sort_by_key(|hit| (hit.clause, hit.part == query::Part::Body, hit.block, hit.range.start));
                    hits
                };
                prop_assert_eq!(Some(in_order(one.hits)), evaluate(plan, document).map(in_order));
            }
        }
    }

    #[test]
    fn watches_come_and_go_without_a_trace(
        plans in plans(2..16),
        more in plans(1..16),
        documents in prop::collection::vec(testing::document(), 1..4),
        gone in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
    ) {
        let mut watches = numbered(&plans);
        let mut list = Watchlist::new(watches.clone());
        for one in gone {
            let (watch, _) = watches.remove(one.index(watches.len()));
            list.remove(watch);
            if watches.is_empty() {
                break;
            }
        }
        // Some are new, and some take the place of one that was there; in between, all are filed anew.
        let middle = more.len() / 2;
        for (at, (watch, plan)) in (3..).map(WatchId).zip(more).enumerate() {
            if at == middle {
                list.refile();
            }
            list.add(watch, &plan);
            watches.retain(|(other, _)| *other != watch);
            watches.push((watch, plan));
        }
        watches.sort_by_key(|(watch, _)| *watch);
        prop_assert_eq!(list.len(), watches.len());
        for document in &documents {
            prop_assert_eq!(found(&list, document), alone(&watches, document));
        }
    }

    #[test]
    fn a_plan_comes_out_as_it_went_in(plan in plans(1..2)) {
        let list = Watchlist::new(numbered(&plan));
        prop_assert_eq!(list.plan(WatchId(1)), plan.first().cloned());
    }
}

#[test]
fn a_list_packs_itself_and_still_finds_everything() {
    let mut list = Watchlist::default();
    let query =
        |number: i64| plan(&query::parse(&format!("word{number} port")).unwrap(), &Lexicon::empty()).unwrap();
    (0..2_000).for_each(|number| list.add(WatchId(number), &query(number)));
    (0..1_500).for_each(|number| list.remove(WatchId(number)));
    let text = "word1499 word1500 word1999 at the port";
    let document = Document::read("", &[text], &Lexicon::empty(), testing::facts(text::Lang::EnLatn));
    assert_eq!(found(&list, &document), [WatchId(1_500), WatchId(1_999)]);
    assert_eq!(list.plan(WatchId(1_600)), Some(query(1_600)));
}

#[test]
fn words_that_lie_in_one_text_are_noted_as_keys_are() {
    let text = "the қорғас dry port railway 哈萨 detained detainees a";
    let words: Vec<(usize, usize)> = text
        .split(' ')
        .map(|word| word.as_ptr().addr() - text.as_ptr().addr())
        .zip(text.split(' '))
        .map(|(start, word)| (start, start + word.len()))
        .collect();
    let word = |text: &str| Spans::Keys(vec![Key::surface(text)]);
    let spans = [
        word("қорғас"),
        word("қорға"),
        word("a"),
        Spans::Phrase(vec![word("dry"), word("port")]),
        Spans::Phrase(vec![word("port"), word("dry")]),
        Spans::Pattern(Pattern::new("detain*")),
        Spans::Pattern(Pattern::new("қ*")),
        Spans::Pattern(Pattern::new("r?ilway")),
        Spans::Pattern(Pattern::new("哈*")),
        Spans::Pattern(Pattern::new("khorgos*")),
    ];
    let plans = (0..)
        .zip(spans)
        .map(|(number, spans)| (WatchId(number), Plan::Text { part: Part::Anywhere, spans, clause: 0 }));
    let list = Watchlist::new(plans);
    let facts = Facts::of_text(Lang::EnLatn);
    let found = |read: &dyn Fn(&mut Reading<'_>)| {
        let mut reading = Reading::new(&list);
        // As after another article.
        reading.key(Part::Title, 3, &Key::surface("khorgos"));
        reading.clear();
        read(&mut reading);
        let mut found = Vec::new();
        reading.matches(&facts, &mut |watch| found.push(watch.0));
        found.sort_unstable();
        found
    };
    let at_once = found(&|reading| reading.surfaces(Part::Body, 0, text.as_bytes(), &words));
    let one_by_one = found(&|reading| {
        for (position, word) in (0..).zip(text.split(' ')) {
            reading.key(Part::Body, position, &Key::surface(word));
        }
    });
    assert_eq!(at_once, one_by_one);
    assert_eq!(at_once, [0, 2, 3, 5, 6, 7, 8]);
}
