//! The articles of the house: each follows from its number, so that a page is written the same again whenever it is asked
//! for.
//!
//! Words are made of syllables, some hundred thousand of each language with its own endings, a few of them in most texts and
//! most of them in few (Zipf 1935); names are those of the lexicon. One in five texts is a copy of an earlier one.

use std::fmt::Write;

use query::Lexicon;
use test_support::Chance;
use text::Lang;

/// Different words of a language, endings apart: two to this power.
const OCTAVES: usize = 17;
/// A copy is one of an article at most so many before it.
const COPIED_WITHIN: u64 = 400;
/// Outlets that write.
pub(crate) const OUTLETS: usize = 40;

/// What words of a language are made of.
struct Tongue {
    lang: Lang,
    country: &'static str,
    words: Vec<String>,
    endings: Vec<&'static str>,
    names: Vec<String>,
    space: &'static str,
    stop: &'static str,
}

/// All that writes.
pub(crate) struct Press {
    seed: u64,
    tongues: Vec<Tongue>,
}

/// An article as its author left it.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) number: u64,
    pub(crate) outlet: usize,
    pub(crate) lang: Lang,
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) byline: String,
}

impl Press {
    pub(crate) fn new(seed: u64, lexicon: &Lexicon) -> Self {
        let tongue = |lang: Lang, country, words: Vec<String>, endings: &'static str| {
            let label = lang.as_str();
            let named = lexicon.entities().iter();
            let names = named
                .filter_map(|one| one.names.iter().find(|(of, _)| of == label).map(|(_, name)| name.clone()));
            let names = names.collect();
            Tongue {
                lang,
                country,
                words,
                endings: endings.split(' ').collect(),
                names,
                space: " ",
                stop: ". ",
            }
        };
        let tongues = vec![
            tongue(
                Lang::RuCyrl,
                "RU",
                words("бвгджзклмнпрстфхцчш", "аеиоуыя", "йлмнрст"),
                "а ов ам ами ого ый ая ить ет",
            ),
            tongue(
                Lang::KkCyrl,
                "KZ",
                words("бғджзқлмңпрстшк", "аәеіоөұүы", "йлмңрстқк"),
                "лар дың ға да дан мен дегі ды",
            ),
            Tongue {
                space: "",
                stop: "。",
                ..tongue(Lang::ZhHans, "CN", (0..1 << OCTAVES).map(han).collect(), "")
            },
            tongue(
                Lang::UgArab,
                "CN",
                words("بپتجچخدرزسشغقكگلمنھ", "اەېىوۇۆۈ", "شرلنمقك"),
                "لار نىڭ غا دا دىن دىكى",
            ),
            tongue(Lang::EnLatn, "US", words("bcdfghjklmnprstvw", "aeiou", "lmnrstk"), "s ed ing er ly"),
        ];
        Self { seed, tongues }
    }

    fn chance(&self, number: u64, purpose: u64) -> Chance {
        Chance::new(
            self.seed
                ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93),
        )
    }

    /// Returns of which earlier article this one is a copy.
    pub(crate) fn original(&self, number: u64) -> Option<u64> {
        let is_copy = |number: u64| number > COPIED_WITHIN && self.chance(number, 1).percent(20);
        let back = 1 + self.chance(number, 2).below(usize::try_from(COPIED_WITHIN).unwrap() - 1) as u64;
        (is_copy(number) && !is_copy(number - back)).then(|| number - back)
    }

    /// Returns the outlet of an article: eight of each language.
    pub(crate) fn outlet(&self, number: u64) -> usize {
        let tongues = self.tongues.len();
        let tongue = self.chance(self.original(number).unwrap_or(number), 3).below(tongues);
        self.chance(number, 4).below(OUTLETS / tongues) * tongues + tongue
    }

    fn tongue(&self, outlet: usize) -> &Tongue {
        &self.tongues[outlet % self.tongues.len()]
    }

    pub(crate) fn language(&self, outlet: usize) -> (Lang, &'static str) {
        let tongue = self.tongue(outlet);
        (tongue.lang, tongue.country)
    }

    /// Returns a word of so many octaves of rarity: of 0 it is in most texts, of 16 in hardly any.
    pub(crate) fn word(&self, outlet: usize, octave: usize, chance: &mut Chance) -> &str {
        &self.tongue(outlet).words[(1 << octave) - 1 + chance.below(1 << octave)]
    }

    pub(crate) fn write(&self, number: u64) -> Written {
        let outlet = self.outlet(number);
        let tongue = self.tongue(outlet);
        let original = self.original(number);
        let mut chance = self.chance(original.unwrap_or(number), 5);
        let mut sentences = sentences(tongue, &mut chance);
        let mut own = self.chance(number, 6);
        if original.is_some() {
            for word in sentences.iter_mut().flatten() {
                if own.percent(8) {
                    *word = drawn(tongue, &mut own);
                }
            }
        }
        let title: Vec<String> = (0..5 + own.below(5)).map(|_| drawn(tongue, &mut own)).collect();
        let paragraphs = sentences.chunks(3).map(|part| {
            let sentence = |words: &Vec<String>| format!("{}{}", words.join(tongue.space), tongue.stop);
            part.iter().map(sentence).collect::<String>().trim().to_owned()
        });
        Written {
            number,
            outlet,
            lang: tongue.lang,
            title: title.join(tongue.space),
            paragraphs: paragraphs.collect(),
            byline: format!("Author {}", own.below(30) + outlet * 30),
        }
    }
}

/// A text of some 300 words.
fn sentences(tongue: &Tongue, chance: &mut Chance) -> Vec<Vec<String>> {
    let wanted = 180 + chance.below(240);
    let (mut sentences, mut count) = (Vec::new(), 0);
    while count < wanted {
        let mut words: Vec<String> = (0..8 + chance.below(15)).map(|_| drawn(tongue, chance)).collect();
        if chance.percent(6) && !tongue.names.is_empty() {
            let at = chance.below(words.len());
            // Few names are in the news every day.
            let rank = chance.below(tongue.names.len()).min(chance.below(tongue.names.len()));
            words[at].clone_from(&tongue.names[rank]);
        }
        count += words.len();
        sentences.push(words);
    }
    sentences
}

/// A word as it stands in a text: each octave of rarity has as many places there as any other.
fn drawn(tongue: &Tongue, chance: &mut Chance) -> String {
    let octave = chance.below(OCTAVES);
    let word = &tongue.words[(1 << octave) - 1 + chance.below(1 << octave)];
    let ending = if octave > 5 && chance.percent(35) {
        tongue.endings[chance.below(tongue.endings.len())]
    } else {
        ""
    };
    format!("{word}{ending}")
}

/// Returns the words of a language, the commonest and shortest first, each of syllables of these letters.
fn words(onsets: &str, vowels: &str, codas: &str) -> Vec<String> {
    let [onsets, vowels, codas] =
        [onsets, vowels, codas].map(|letters| letters.chars().collect::<Vec<char>>());
    let word = |rank: usize| {
        let (mut left, mut word) = (rank, String::new());
        loop {
            word.push(onsets[left % onsets.len()]);
            left /= onsets.len();
            word.push(vowels[left % vowels.len()]);
            left /= vowels.len();
            if left == 0 {
                break;
            }
            left -= 1;
        }
        word.extend((!rank.is_multiple_of(3)).then(|| codas[rank / 3 % codas.len()]));
        word
    };
    (0..1 << OCTAVES).map(word).collect()
}

/// The commonest words are of one sign, all others of two out of two thousand.
fn han(rank: usize) -> String {
    let sign = |number: usize| char::from_u32(0x4e00 + u32::try_from(number % 2_000 * 9).unwrap()).unwrap();
    if rank < 200 {
        sign(rank).to_string()
    } else {
        [sign(rank), sign(rank / 2_000 * 37 + rank)].iter().collect()
    }
}

pub(crate) fn host(outlet: usize) -> String {
    format!("outlet-{outlet:02}.test")
}

pub(crate) fn path(number: u64) -> String {
    format!("/news/{number}.html")
}

impl Written {
    /// Returns what a feed says of it.
    pub(crate) fn summary(&self) -> String {
        self.paragraphs.first().map_or("", String::as_str).chars().take(200).collect()
    }

    /// Returns its page: the article among what else stands on a page.
    pub(crate) fn page(&self, published: &str) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
             <script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\
             \"headline\":\"{title}\",\"datePublished\":\"{published}\",\"author\":{{\"@type\":\"Person\",\"name\":\"{}\"}}}}\
             </script></head>\n<body><header><nav>",
            self.lang.code(),
            self.byline,
            title = self.title,
        );
        // Writing to a string cannot fail.
        for section in 0..24 {
            let _written = writeln!(page, "<a href=\"/section/{section}\">Section {section}</a>");
        }
        let _written = writeln!(page, "</nav></header><main><article><h1>{}</h1>", self.title);
        for paragraph in &self.paragraphs {
            let _written = writeln!(page, "<p>{paragraph}</p>");
        }
        page.push_str("</article></main><aside><h2>Also</h2><ul>\n");
        for other in 1..=8 {
            let _written = writeln!(
                page,
                "<li><a href=\"{}\">Earlier, part {other}</a></li>",
                path(self.number.saturating_sub(other))
            );
        }
        page.push_str(
            "</ul></aside><footer>All rights reserved. Write to the editors.</footer></body></html>\n",
        );
        page
    }
}
