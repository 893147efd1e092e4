//! Takes the content coding off a body, and stops at a stated number of bytes.
//!
//! We ask for gzip only, but servers send what they like: `deflate` is read in both of its meanings, a body
//! that is labelled gzip and is not gzip is taken as it is, and a stream that breaks off yields its start.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use thiserror::Error;

/// Nobody stacks more codings than this in earnest.
const MAX_CODINGS: usize = 3;
/// What the start of a body is given room for before it is known how long it is.
const FIRST_ROOM: usize = 32 * 1024;

/// A body without its content coding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Whether the coded stream ended where it should; `false` when it broke off and this is its start.
    pub complete: bool,
}

/// A body whose coding cannot be taken off.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// The decoded body is too large.
    #[error("decoded body exceeds {max_bytes} bytes")]
    TooLarge {
        /// The limit that was passed in.
        max_bytes: usize,
    },
    /// The server used a coding that we did not ask for.
    #[error("content coding `{coding}` is not supported: only gzip and deflate are read")]
    Unknown {
        /// The coding as the server named it.
        coding: String,
    },
    /// The stream is damaged from its very start.
    #[error("body is no readable {coding} stream")]
    Damaged {
        /// The coding that the server claimed.
        coding: &'static str,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
}

/// Returns `body` without the codings that `content_encoding` names, refusing more than `max_bytes`.
pub fn decode<'a>(
    content_encoding: &str,
    body: &'a [u8],
    max_bytes: usize,
) -> Result<Decoded<'a>, DecodeError> {
    let mut decoded = Decoded { bytes: Cow::Borrowed(body), complete: true };
    for coding in codings(content_encoding)?.into_iter().rev() {
        let Some((bytes, complete)) = take_off(coding, &decoded.bytes, max_bytes)? else { continue };
        decoded = Decoded { bytes: Cow::Owned(bytes), complete: complete && decoded.complete };
    }
    if decoded.bytes.len() > max_bytes {
        return Err(DecodeError::TooLarge { max_bytes });
    }
    Ok(decoded)
}

/// Returns at most the first `bytes` of the decoded body: enough to tell what kind of page it is.
/// A body that cannot be decoded gives what could be read, at worst nothing.
pub fn decode_start(content_encoding: &str, body: &[u8], bytes: usize) -> Vec<u8> {
    let Ok(codings) = codings(content_encoding) else { return Vec::new() };
    let mut reader: Box<dyn Read + '_> = match codings.as_slice() {
        [Coding::Gzip] if is_gzip(body) => Box::new(MultiGzDecoder::new(body)),
        [Coding::Deflate] if is_zlib(body) => Box::new(ZlibDecoder::new(body)),
        [Coding::Deflate] => Box::new(DeflateDecoder::new(body)),
        _ => Box::new(body),
    };
    let limit = u64::try_from(bytes).unwrap_or(u64::MAX);
    // With room from the beginning nothing is unpacked by dribs; the limit may be far more than there is.
    let mut start = Vec::with_capacity(bytes.min(FIRST_ROOM));
    // What was read before a broken spot stays in `start`: that is all this is for.
    let _broken_off = reader.by_ref().take(limit).read_to_end(&mut start);
    start
}

fn codings(content_encoding: &str) -> Result<Vec<Coding>, DecodeError> {
    let names = content_encoding.split(',').map(str::trim).filter(|name| !name.is_empty());
    let mut codings = Vec::new();
    for name in names {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => codings.push(Coding::Gzip),
            "deflate" => codings.push(Coding::Deflate),
            "identity" | "none" | "utf-8" => {}
            _ => return Err(DecodeError::Unknown { coding: name.chars().take(40).collect() }),
        }
    }
    if codings.len() > MAX_CODINGS {
        return Err(DecodeError::Unknown { coding: format!("{} codings at once", codings.len()) });
    }
    Ok(codings)
}

/// Returns the decoded bytes and whether the stream was whole; `None` when the body never had this coding.
fn take_off(coding: Coding, body: &[u8], max_bytes: usize) -> Result<Option<(Vec<u8>, bool)>, DecodeError> {
    match coding {
        Coding::Gzip if is_gzip(body) => read(MultiGzDecoder::new(body), "gzip", max_bytes).map(Some),
        // Some servers set the header on a body that they forgot to compress.
        Coding::Gzip => Ok(None),
        Coding::Deflate if is_zlib(body) => read(ZlibDecoder::new(body), "deflate", max_bytes).map(Some),
        Coding::Deflate => read(DeflateDecoder::new(body), "deflate", max_bytes).map(Some),
    }
}

fn read(reader: impl Read, coding: &'static str, max_bytes: usize) -> Result<(Vec<u8>, bool), DecodeError> {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let outcome: io::Result<usize> = reader.take(limit).read_to_end(&mut bytes);
    if bytes.len() > max_bytes {
        return Err(DecodeError::TooLarge { max_bytes });
    }
    if outcome.is_err() && bytes.is_empty() {
        return Err(DecodeError::Damaged { coding });
    }
    Ok((bytes, outcome.is_ok()))
}

fn is_gzip(body: &[u8]) -> bool {
    body.starts_with(&[0x1f, 0x8b])
}

fn is_zlib(body: &[u8]) -> bool {
    let [first, second, ..] = body else { return false };
    first & 0x0f == 8 && (u16::from(*first) * 256 + u16::from(*second)).is_multiple_of(31)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn check(coding: &str, body: &[u8], expected: &[u8], complete: bool) {
        let decoded = decode(coding, body, 1000).unwrap();
        assert_eq!((decoded.bytes.as_ref(), decoded.complete), (expected, complete), "{coding}");
    }

    #[test]
    fn every_coding_that_servers_use_is_taken_off() {
        check("", b"plain", b"plain", true);
        check("GZIP", &gzip(b"text"), b"text", true);
        check("gzip, gzip", &gzip(&gzip(b"twice")), b"twice", true);
        check("gzip", b"never compressed", b"never compressed", true);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(b"zlib").unwrap();
        check("deflate", &zlib.finish().unwrap(), b"zlib", true);
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        raw.write_all(b"raw deflate").unwrap();
        check("deflate", &raw.finish().unwrap(), b"raw deflate", true);
    }

    #[test]
    fn a_stream_that_breaks_off_yields_its_start() {
        let whole = gzip(b"the start of a story");
        let torn = whole.get(..whole.len() - 9).unwrap();
        let decoded = decode("gzip", torn, 1000).unwrap();
        assert!(!decoded.complete && b"the start of a story".starts_with(&decoded.bytes));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 10_000_000]);
        assert!(matches!(decode("gzip", &bomb, 1 << 20), Err(DecodeError::TooLarge { .. })));
        assert!(matches!(decode("", &[0; 9], 8), Err(DecodeError::TooLarge { .. })));
        assert_eq!(decode_start("gzip", &bomb, 100).len(), 100);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let error = decode("x-foo", b"a", 10).unwrap_err().to_string();
        assert!(error.contains("x-foo"), "{error}");
        assert!(matches!(decode("gzip", b"\x1f\x8b\x08\x00junk", 10), Err(DecodeError::Damaged { .. })));
    }
}
