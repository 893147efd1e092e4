//! The outbox folder: one file a mail, there whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::{Message, Receipt, SendError};

/// Writes a mail under a name made from its `Message-ID`, so that a mail that is sent again takes its own place.
pub(crate) fn put(folder: &Path, message: &Message) -> Result<Receipt, SendError> {
    let name = file_name(&message.message_id);
    write(folder, &name, &message.bytes)
        .map_err(|source| SendError::Outbox { folder: folder.to_owned(), source })?;
    Ok(Receipt(name))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    make_folder(folder)?;
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file = private().write(true).create(true).truncate(true).open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, folder.join(name))?;
    // The name, too, has to outlive a power cut.
    File::open(folder)?.sync_all()
}

/// The part before the `@`; what is no letter or digit there becomes `_`, so that no name leads out of the folder.
fn file_name(message_id: &str) -> String {
    let local = message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = local.chars().map(plain).take(100).collect();
    format!("{name}.eml")
}

/// The mails name watches and subscribers in the open: only the service's own user may read them.
#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_id_leads_out_of_the_folder() {
        let check = |id: &str, expected: &str| assert_eq!(file_name(id), expected);
        check("<00ff@example.org>", "00ff.eml");
        check("<../../etc/x@example.org>", "______etc_x.eml");
        check("<@>", ".eml");
    }
}
