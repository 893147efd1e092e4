//! Which documents of a segment match a plan: the plan's own and, or and not over sets of documents.

use query::{Filter, Part, Plan, Spans, midnight};
use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use text::Lang;

use crate::docset::DocBits;
use crate::fields::{EDITED, Fields, REMOVED};
use crate::positions::FieldPostings;

/// One segment, ready to be asked.
pub(crate) struct Segment<'a> {
    pub(crate) reader: &'a SegmentReader,
    title: FieldPostings,
    body: FieldPostings,
}

impl<'a> Segment<'a> {
    pub(crate) fn open(reader: &'a SegmentReader, fields: &Fields) -> tantivy::Result<Self> {
        let (title, body) =
            (FieldPostings::open(reader, fields.title)?, FieldPostings::open(reader, fields.body)?);
        Ok(Self { reader, title, body })
    }

    /// Returns the living documents that match.
    pub(crate) fn matching(&self, plan: &Plan) -> tantivy::Result<DocBits> {
        let mut alive = DocBits::none(self.bound());
        self.reader.doc_ids_alive().for_each(|doc| alive.insert(doc));
        Ok(self.docs(plan)?.intersection(&alive))
    }

    fn bound(&self) -> u32 {
        self.reader.max_doc()
    }

    fn docs(&self, plan: &Plan) -> tantivy::Result<DocBits> {
        match plan {
            Plan::And(parts) => parts
                .iter()
                .try_fold(DocBits::all(self.bound()), |docs, part| Ok(docs.intersection(&self.docs(part)?))),
            Plan::Or(parts) => parts
                .iter()
                .try_fold(DocBits::none(self.bound()), |docs, part| Ok(docs.union(&self.docs(part)?))),
            Plan::Not(inner) => Ok(self.docs(inner)?.inverted()),
            Plan::Text { part: Part::Title, spans, .. } => self.title.docs(spans),
            Plan::Text { part: Part::Body, spans, .. } => self.body.docs(spans),
            Plan::Text { part: Part::Anywhere, spans, .. } => {
                Ok(self.title.docs(spans)?.union(&self.body.docs(spans)?))
            }
            Plan::Filter(filter) => self.filtered(filter),
        }
    }

    /// Calls `each` with every text of the plan outside a NOT, and the postings to score it by.
    pub(crate) fn texts(
        &self,
        plan: &Plan,
        each: &mut dyn FnMut(&FieldPostings, &Spans, f32) -> tantivy::Result<()>,
    ) -> tantivy::Result<()> {
        match plan {
            Plan::And(parts) | Plan::Or(parts) => parts.iter().try_for_each(|part| self.texts(part, each)),
            Plan::Not(_) | Plan::Filter(_) => Ok(()),
            Plan::Text { part, spans, .. } => {
                if *part != Part::Body {
                    each(&self.title, spans, 3.0)?;
                }
                if *part != Part::Title {
                    each(&self.body, spans, 1.0)?;
                }
                Ok(())
            }
        }
    }

    fn filtered(&self, filter: &Filter) -> tantivy::Result<DocBits> {
        match filter {
            Filter::Lang(word) => self.with_word("lang", |label| fits_lang(label, word)),
            Filter::Script(script) => self
                .with_word("lang", |label| Lang::parse(label).is_some_and(|lang| lang.script() == *script)),
            Filter::Source(id) => self.with_word("source", |value| value == id),
            Filter::Country(code) => self.with_word("country", |value| value.eq_ignore_ascii_case(code)),
            Filter::Kind(kind) => self.with_word("kind", |value| value == kind),
            Filter::Author(name) => {
                let wanted = name.to_lowercase();
                self.with_word("author", |author| {
                    let author = author.to_lowercase();
                    wanted.split_whitespace().all(|word| author.split_whitespace().any(|known| known == word))
                })
            }
            Filter::Tag(tag) => self.with_word("tag", |value| value.to_lowercase() == tag.to_lowercase()),
            Filter::Url(text) => {
                self.with_word("url", |value| value.to_lowercase().contains(&text.to_lowercase()))
            }
            Filter::Story(story) => self.with_number("story", |value| value == *story),
            Filter::After(day) => {
                self.with_number("published", |time| time >= midnight(*day).as_millisecond())
            }
            Filter::Before(day) => {
                self.with_number("published", |time| time < midnight(*day).as_millisecond())
            }
            Filter::Since(since) => self.with_number("published", |time| time >= since.as_millisecond()),
            Filter::Seen(stretch) => self.with_number("seen", |time| {
                jiff::Timestamp::from_millisecond(time).is_ok_and(|time| stretch.holds(time))
            }),
            Filter::Edited => self.with_word("state", |state| state == EDITED),
            Filter::Removed => self.with_word("state", |state| state == REMOVED),
        }
    }

    /// Returns the documents with a word in `field` that is wanted.
    fn with_word(&self, field: &str, wanted: impl Fn(&str) -> bool) -> tantivy::Result<DocBits> {
        let mut docs = DocBits::none(self.bound());
        let Some(column) = self.reader.fast_fields().str(field)? else { return Ok(docs) };
        let fine = wanted_ords(&column, wanted)?;
        for doc in 0..self.bound() {
            if column.term_ords(doc).any(|ord| fine.contains(&ord)) {
                docs.insert(doc);
            }
        }
        Ok(docs)
    }

    fn with_number(&self, field: &str, wanted: impl Fn(i64) -> bool) -> tantivy::Result<DocBits> {
        let mut docs = DocBits::none(self.bound());
        let column = self.reader.fast_fields().i64(field)?;
        for doc in 0..self.bound() {
            if column.first(doc).is_some_and(&wanted) {
                docs.insert(doc);
            }
        }
        Ok(docs)
    }
}

fn fits_lang(label: &str, word: &str) -> bool {
    label.eq_ignore_ascii_case(word) || Lang::parse(label).is_some_and(|lang| lang.code() == word)
}

fn wanted_ords(
    column: &StrColumn,
    wanted: impl Fn(&str) -> bool,
) -> tantivy::Result<std::collections::HashSet<u64>> {
    let mut fine = std::collections::HashSet::new();
    let mut text = String::new();
    for ord in 0..u64::try_from(column.num_terms()).unwrap_or(0) {
        text.clear();
        if column.ord_to_str(ord, &mut text)? && wanted(&text) {
            fine.insert(ord);
        }
    }
    Ok(fine)
}
