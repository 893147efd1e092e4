//! Gzip members (RFC 1952), one for each record. Pure: bytes in, bytes out.

use std::cell::RefCell;
use std::io;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Lowest: servers have packed most bodies already, what they have not is packed while a page is being waited for.
const LEVEL: u32 = 1;
/// Magic, deflate, no flags, no time, no hints, an unknown system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The longest block that deflate stores as it is (RFC 1951, section 3.2.4).
const BLOCK_BYTES: usize = 65_535;

thread_local! {
    /// To begin a packer costs more than to pack a small record: each thread begins one, and uses it again.
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), false));
}

/// Adds `bytes` to `file` as a member that is packed.
pub(crate) fn packed(bytes: &[u8], file: &mut Vec<u8>) -> io::Result<()> {
    file.extend(HEAD);
    PACKER.with_borrow_mut(|packer| {
        packer.reset();
        feed(packer, bytes, file)
    })?;
    end(bytes, file);
    Ok(())
}

/// Adds `bytes` to `file` as a member that is as long as they are.
pub(crate) fn stored(bytes: &[u8], file: &mut Vec<u8>) {
    file.reserve(bytes.len() + 64);
    file.extend(HEAD);
    let mut blocks = bytes.chunks(BLOCK_BYTES).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        file.push(u8::from(blocks.peek().is_none()));
        file.extend(length.to_le_bytes());
        file.extend((!length).to_le_bytes());
        file.extend_from_slice(block);
    }
    end(bytes, file);
}

/// Adds the checksum and the length of what was packed.
fn end(bytes: &[u8], file: &mut Vec<u8>) {
    let mut checksum = Crc::new();
    checksum.update(bytes);
    file.extend(checksum.sum().to_le_bytes());
    file.extend(checksum.amount().to_le_bytes());
}

fn feed(packer: &mut Compress, bytes: &[u8], file: &mut Vec<u8>) -> io::Result<()> {
    let mut status = Status::Ok;
    while status != Status::StreamEnd {
        let taken = usize::try_from(packer.total_in()).unwrap_or(usize::MAX);
        let rest = bytes.get(taken..).unwrap_or_default();
        file.reserve(rest.len() / 2 + 64);
        status = packer.compress_vec(rest, file, FlushCompress::Finish)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn unpacked(member: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        GzDecoder::new(member).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn members_read_back_whatever_their_length() {
        let noise = |length: u32| -> Vec<u8> {
            (0..length).map(|at| u8::try_from(at.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect()
        };
        for length in [1, 100, 65_534, 65_535, 65_536, 200_000] {
            let bytes = [&b"head\r\n".repeat(9), &noise(length)[..]].concat();
            let (mut one, mut other) = (b"before".to_vec(), b"before".to_vec());
            stored(&bytes, &mut one);
            packed(&bytes, &mut other).unwrap();
            assert_eq!(unpacked(&one[6..]), bytes, "{length} stored");
            assert_eq!(unpacked(&other[6..]), bytes, "{length} packed");
        }
        let mut short = Vec::new();
        packed(&[b'a'; 10_000], &mut short).unwrap();
        assert!(short.len() < 200);
    }
}
