//! Stories in memory: the store's part in finding them, without a store.

use std::collections::HashMap;

use matcher::Signature;
use model::StoryId;
use store::StoryCandidate;

/// As many stories as the store lets be found under one shingle.
const CROWD: usize = 100;
/// As many as it compares.
const CANDIDATES: usize = 16;

/// Stories, by their shingles.
#[derive(Debug, Default)]
pub(crate) struct Stories {
    signatures: Vec<Vec<u8>>,
    by_shingle: HashMap<i64, Vec<usize>>,
}

impl Stories {
    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.signatures.len()
    }

    /// Puts a text into its story, which may be a new one, and returns the story's number.
    pub(crate) fn put(&mut self, signature: &Signature) -> usize {
        let candidates = self.candidates(signature);
        if let Some(story) = signature.choose(&candidates) {
            return usize::try_from(story.0).unwrap();
        }
        let number = self.signatures.len();
        for shingle in signature.kept() {
            let stories = self.by_shingle.entry(shingle).or_default();
            if stories.len() < CROWD {
                stories.push(number);
            }
        }
        self.signatures.push(signature.to_bytes());
        number
    }

    fn candidates(&self, signature: &Signature) -> Vec<StoryCandidate> {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for story in signature.sought().iter().filter_map(|shingle| self.by_shingle.get(shingle)).flatten() {
            *shared.entry(*story).or_default() += 1;
        }
        let mut shared: Vec<(usize, usize)> = shared.into_iter().collect();
        shared.sort_by_key(|(story, count)| (usize::MAX - count, *story));
        shared.truncate(CANDIDATES);
        shared.sort_unstable();
        let candidate = |(story, _): (usize, usize)| StoryCandidate {
            story: StoryId(i64::try_from(story).unwrap()),
            signature: self.signatures[story].clone(),
        };
        shared.into_iter().map(candidate).collect()
    }
}
