//! How a text begins, in one number: most words are shorter, and two of them are compared, or hashed, by one step that
//! is the same for all.

/// The first bytes of a text, as many as [`FRONT`], with zeros behind a shorter one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Front(u128);

/// How many bytes are compared at once.
pub(super) const FRONT: usize = 16;

/// Which bits belong to a text of so many bytes.
#[expect(clippy::indexing_slicing, reason = "a constant: whoever compiles it sees that it ends")]
const MASKS: [u128; FRONT + 1] = {
    let mut masks = [u128::MAX; FRONT + 1];
    let mut length = 0;
    while length < FRONT {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

impl Front {
    /// That of no text.
    pub(super) const NONE: Self = Self(0);

    /// The front of a text of so many bytes that lies in `bytes`, whatever follows it there.
    #[inline]
    pub(super) fn at(bytes: &[u8], start: usize, length: usize) -> Self {
        let here = bytes.get(start..).unwrap_or_default();
        let mask = MASKS.get(length).copied().unwrap_or(u128::MAX);
        match here.first_chunk() {
            Some(front) => Self(u128::from_le_bytes(*front) & mask),
            None => Self::of_text(here.get(..length).unwrap_or_default()),
        }
    }

    /// The front of a text that lies alone.
    pub(super) fn of_text(text: &[u8]) -> Self {
        let mut front = [0; FRONT];
        front.iter_mut().zip(text).for_each(|(place, byte)| *place = *byte);
        Self(u128::from_le_bytes(front))
    }

    #[inline]
    pub(super) fn to_bytes(self) -> [u8; FRONT] {
        self.0.to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_behind_a_text_is_not_in_its_front() {
        let bytes = "Қорғас темір жол қақпасы".as_bytes();
        for start in 0..bytes.len() {
            for length in 0..=bytes.len() - start {
                let alone = &bytes[start..start + length];
                let front = Front::at(bytes, start, length);
                assert_eq!(front, Front::of_text(alone), "{start} {length}");
                let kept = length.min(FRONT);
                assert_eq!(front.to_bytes()[..kept], alone[..kept]);
                assert!(front.to_bytes()[kept..].iter().all(|byte| *byte == 0));
            }
        }
    }
}
