//! Gzip members (RFC 1952), one for each record. Pure: bytes in, bytes out.

use std::cell::RefCell;
use std::io;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Lowest: servers have packed most bodies already, what they have not is packed while a page is being waited for, and
/// of the small records little is to be gained.
const LEVEL: u32 = 1;
/// Magic, deflate, no flags, no time, no hints, an unknown system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The longest block that deflate stores as it is (RFC 1951, section 3.2.4).
const BLOCK_BYTES: usize = 65_535;

thread_local! {
    /// To begin a packer costs more than to pack a small record: each thread begins one, and uses it again.
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), false));
}

/// Returns the parts, one after the other, as a member that is packed.
pub(crate) fn packed(parts: &[&[u8]]) -> io::Result<Vec<u8>> {
    let mut member = begun(parts);
    PACKER.with_borrow_mut(|packer| {
        packer.reset();
        parts.iter().try_for_each(|part| feed(packer, part, FlushCompress::None, &mut member))?;
        feed(packer, &[], FlushCompress::Finish, &mut member)
    })?;
    Ok(ended(member, parts))
}

/// Returns the parts, one after the other, as a member that is as long as they are.
pub(crate) fn stored(parts: &[&[u8]]) -> Vec<u8> {
    let (mut member, bytes) = (begun(parts), parts.concat());
    let mut blocks = bytes.chunks(BLOCK_BYTES).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        member.push(u8::from(blocks.peek().is_none()));
        member.extend(length.to_le_bytes());
        member.extend((!length).to_le_bytes());
        member.extend_from_slice(block);
    }
    ended(member, parts)
}

fn begun(parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut member = Vec::with_capacity(length + 64);
    member.extend(HEAD);
    member
}

/// Adds the checksum and the length of what was packed.
fn ended(mut member: Vec<u8>, parts: &[&[u8]]) -> Vec<u8> {
    let mut checksum = Crc::new();
    for part in parts {
        checksum.update(part);
    }
    member.extend(checksum.sum().to_le_bytes());
    member.extend(checksum.amount().to_le_bytes());
    member
}

fn feed(
    packer: &mut Compress,
    mut bytes: &[u8],
    flush: FlushCompress,
    member: &mut Vec<u8>,
) -> io::Result<()> {
    loop {
        member.reserve(bytes.len() / 2 + 64);
        let before = packer.total_in();
        let status = packer.compress_vec(bytes, member, flush)?;
        let taken = usize::try_from(packer.total_in() - before).unwrap_or(usize::MAX);
        bytes = bytes.get(taken..).unwrap_or_default();
        let done =
            if flush == FlushCompress::Finish { status == Status::StreamEnd } else { bytes.is_empty() };
        if done {
            return Ok(());
        }
    }
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
            let (head, body) = (b"head\r\n".repeat(9), noise(length));
            let parts: [&[u8]; 3] = [&head, &body, b""];
            assert_eq!(unpacked(&stored(&parts)), parts.concat(), "{length} stored");
            assert_eq!(unpacked(&packed(&parts).unwrap()), parts.concat(), "{length} packed");
        }
        assert!(packed(&[&[b'a'; 10_000]]).unwrap().len() < 200);
    }
}
