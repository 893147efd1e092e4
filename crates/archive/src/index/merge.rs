//! Keeps the sorted files few: decides which are to be merged, and merges them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

/// So many files of one size become one of the next.
const WIDTH: usize = 8;
/// No more than this are merged at once: a process may only open so many files.
const MOST: usize = 64;
/// A file with fewer lines than this counts as of the smallest size.
const SMALLEST: u64 = 4096;

/// Returns which files to merge, given how many lines each has; nothing when they are few enough.
///
/// Every line is rewritten once for each size, so a hundred million lines cost five rewritings and leave some forty files.
pub(crate) fn due(lines: &[u64]) -> Vec<usize> {
    let largest = lines.iter().map(|lines| size(*lines)).max().unwrap_or_default();
    let of_size =
        |wanted| (0..lines.len()).filter(move |at| lines.get(*at).is_some_and(|one| size(*one) == wanted));
    let mut all = (0..=largest).map(|wanted| of_size(wanted).take(MOST).collect::<Vec<_>>());
    all.find(|found| found.len() >= WIDTH).unwrap_or_default()
}

fn size(lines: u64) -> u32 {
    // Sizes grow by eight: three bits.
    (lines / SMALLEST).checked_ilog2().map_or(0, |bits| bits / 3 + 1)
}

/// Merges sorted lines into one sorted series without repetitions.
pub(crate) struct Merged<I> {
    inputs: Vec<I>,
    heads: BinaryHeap<Reverse<(String, usize)>>,
    last: Option<String>,
    failed: Option<io::Error>,
}

impl<I: Iterator<Item = io::Result<String>>> Merged<I> {
    /// Begins to merge `inputs`, each of which is sorted.
    pub(crate) fn new(inputs: Vec<I>) -> Self {
        let count = inputs.len();
        let mut merged = Self { inputs, heads: BinaryHeap::new(), last: None, failed: None };
        (0..count).for_each(|input| merged.refill(input));
        merged
    }

    fn refill(&mut self, input: usize) {
        match self.inputs.get_mut(input).and_then(Iterator::next) {
            Some(Ok(line)) => self.heads.push(Reverse((line, input))),
            Some(Err(error)) => self.failed = Some(error),
            None => {}
        }
    }
}

impl<I: Iterator<Item = io::Result<String>>> Iterator for Merged<I> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
            let Reverse((line, input)) = self.heads.pop()?;
            self.refill(input);
            if self.last.as_ref() != Some(&line) {
                self.last = Some(line.clone());
                return Some(Ok(line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_files_of_one_size_are_due() {
        assert!(due(&[10; 7]).is_empty());
        assert_eq!(due(&[10, 10, 1 << 20, 10, 10, 10, 10, 10, 10]), [0, 1, 3, 4, 5, 6, 7, 8]);
        assert_eq!(due(&[1 << 20; 8]).len(), 8);
        // Fed one by one, they stay few.
        let mut files: Vec<u64> = Vec::new();
        for lines in std::iter::repeat_n(3000, 10_000) {
            files.push(lines);
            loop {
                let due = due(&files);
                if due.is_empty() {
                    break;
                }
                let merged = due.iter().map(|at| files[*at]).sum();
                let rest = files.iter().enumerate().filter(|(at, _)| !due.contains(at));
                files = rest.map(|(_, lines)| *lines).chain([merged]).collect();
            }
        }
        assert!(files.len() < 40, "{}", files.len());
        assert_eq!(files.iter().sum::<u64>(), 30_000_000);
    }

    #[test]
    fn merged_lines_are_sorted_and_stand_once() {
        let input =
            |lines: &[&str]| lines.iter().map(|line| Ok((*line).to_owned())).collect::<Vec<_>>().into_iter();
        let merged = Merged::new(vec![input(&["a", "c", "c"]), input(&["b", "c", "d"]), input(&[])]);
        let lines: Vec<String> = merged.map(Result::unwrap).collect();
        assert_eq!(lines, ["a", "b", "c", "d"]);
    }
}
