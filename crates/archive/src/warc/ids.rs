//! Names of records: UUIDs that no two records share, over processes and machines.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// Gives every record a name that no other record has.
pub(crate) struct RecordIds {
    seed: [u8; 32],
    given: AtomicU64,
}

impl RecordIds {
    /// Starts a series of names; `seed` must differ between any two processes.
    pub(crate) fn new(seed: &str) -> Self {
        Self { seed: Sha256::digest(seed).into(), given: AtomicU64::new(0) }
    }

    /// Returns the next name, a version 8 UUID: its bits are ours to choose.
    pub(crate) fn next(&self) -> String {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::new().chain_update(self.seed).chain_update(number.to_be_bytes()).finalize();
        let mut bits = hash.iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        // Version 8, variant of RFC 9562.
        bits = bits & !(0xf << 76) | (0x8 << 76);
        bits = bits & !(0x3 << 62) | (0x2 << 62);
        let digits = format!("{bits:032x}");
        let parts: Vec<&str> =
            [0..8, 8..12, 12..16, 16..20, 20..32].into_iter().filter_map(|part| digits.get(part)).collect();
        format!("<urn:uuid:{}>", parts.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_records_share_a_name() {
        let (one, other) = (RecordIds::new("1"), RecordIds::new("2"));
        let names: HashSet<String> = (0..500).flat_map(|_| [one.next(), other.next()]).collect();
        assert_eq!(names.len(), 1000);
        let name = names.iter().next().unwrap();
        assert!(name.starts_with("<urn:uuid:") && name.len() == 47, "{name}");
    }
}
