//! How often terms occur in articles: by it a watch is filed under the rarest word that it cannot match without.

use super::dictionary::{Dictionary, Kind};

/// Counters of a row; two rows, of which the lower count is taken (a count–min sketch, Cormode and Muthukrishnan 2005).
const WIDTH: usize = 1 << 15;

/// Estimates, learned from articles; before any, long words are taken to be rarer than short ones.
#[derive(Default)]
pub(super) struct Frequencies {
    counts: Vec<[u32; 2]>,
    most: u32,
}

impl Frequencies {
    /// Notes that a key was in `articles` more of them.
    pub(super) fn note(&mut self, hash: u64, articles: u32) {
        self.counts.resize(WIDTH, [0, 0]);
        self.most = self.most.max(articles);
        let [first, second] = places(hash);
        for (row, at) in [(0, first), (1, second)] {
            if let Some(count) = self.counts.get_mut(at).and_then(|counts| counts.get_mut(row)) {
                *count = count.saturating_add(articles);
                self.most = self.most.max(*count);
            }
        }
    }

    fn counted(&self, hash: u64) -> u32 {
        let [first, second] = places(hash);
        let count = |at: usize, row: usize| self.counts.get(at).and_then(|counts| counts.get(row)).copied();
        count(first, 0).unwrap_or(0).min(count(second, 1).unwrap_or(0))
    }

    /// Returns how dear it is to have something filed under a term: the rarer, the cheaper.
    pub(super) fn cost(&self, term: u32, terms: &Dictionary) -> u64 {
        let (kind, text) = terms.text(term);
        let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let share = |of: u32| self.most.max(1_000) / of;
        let count = match kind {
            Kind::Key | Kind::Surface => self.counted(terms.hash(kind, text.as_bytes())),
            // What cannot be counted is guessed by how much it asks for.
            Kind::Head => share(4_u32.saturating_pow(letters.min(5)) / 4 + 1),
            Kind::Fact => share(3),
            Kind::Signs | Kind::Sound | Kind::Syllables => share(50),
        };
        u64::from(count) * 64 + u64::from(64 - letters.min(63))
    }
}

fn places(hash: u64) -> [usize; 2] {
    let half = |bits: u64| usize::try_from(bits & 0xffff_ffff).unwrap_or(0) % WIDTH;
    [half(hash), half(hash >> 32)]
}
