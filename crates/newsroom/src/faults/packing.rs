//! Bodies that are packed wrongly, twice, not at all, or to explode.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::act::{Act, UTF8, feed_with, item, rss};

pub(crate) fn faults() -> Vec<(&'static str, Act)> {
    let plain = rss(UTF8, &item(1, "Құлжа")).into_bytes();
    let packed = gzip(&plain);
    let torn: Vec<u8> = packed.iter().copied().take(packed.len() - 9).collect();
    let coded = |coding, body: &[u8]| feed_with(&[("Content-Encoding", coding)], body);
    vec![
        ("gzip-bomb", coded("gzip", &bomb())),
        ("gzip-bad", coded("gzip", b"\x1f\x8b\x08\0junk")),
        ("gzip-trunc", coded("gzip", &torn)),
        ("gzip-lie", coded("gzip", &plain)),
        ("gzip-double", coded("gzip, gzip", &gzip(&packed))),
        ("enc-unknown", coded("x-foo", &plain)),
    ]
}

/// 300 MB of zeros, as 300 members of one gzip file.
fn bomb() -> Vec<u8> {
    gzip(&vec![0; 1024 * 1024]).repeat(300)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail; what it would leave behind is a fault of another kind.
    let _written = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}
