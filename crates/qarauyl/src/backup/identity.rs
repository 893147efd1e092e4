//! The two halves of the key of backups: the public one encrypts and lies in the settings, the other decrypts and lies
//! where the server is not.

use std::path::Path;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use anyhow::{Context, bail};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::commands::write_new;

/// Reads the recipient of the settings.
pub(crate) fn recipient(text: &str) -> anyhow::Result<Recipient> {
    if text.is_empty() {
        bail!(
            "there is no [backup] recipient yet: run `qarauyl backup keygen FILE` on a machine that is not the server, \
             and write the public key that it prints into the settings"
        );
    }
    text.parse::<Recipient>().map_err(|reason| {
        anyhow::anyhow!(
            "[backup] recipient is no public key ({reason}): it begins with age1, and `qarauyl backup keygen FILE` prints one"
        )
    })
}

/// Reads a file of identities, as `qarauyl backup keygen` and `age-keygen` write them.
pub(crate) fn identities(file: &Path) -> anyhow::Result<Vec<Identity>> {
    let text = std::fs::read_to_string(file)
        .map(Zeroizing::new)
        .with_context(|| format!("cannot read the identity file `{}`", file.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let found: Vec<Identity> = lines.filter_map(|line| line.parse().ok()).collect();
    if found.is_empty() {
        bail!(
            "`{}` holds no identity: a line that begins with AGE-SECRET-KEY-1 is expected, as `qarauyl backup keygen` writes it",
            file.display()
        );
    }
    Ok(found)
}

/// Makes an identity file that its owner alone can read, and returns the public key.
pub(crate) fn generate(file: &Path, now: Timestamp) -> anyhow::Result<String> {
    let identity = Identity::generate();
    let public = identity.to_public().to_string();
    let secret = identity.to_string();
    let text = Zeroizing::new(format!(
        "# created: {}\n# public key: {public}\n{}\n",
        now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        secret.expose_secret()
    ));
    write_new(file, &text, 0o600)?;
    Ok(public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_identity_reads_back_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("identity");
        let public = generate(&file, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(identities(&file).unwrap().pop().unwrap().to_public().to_string(), public);
        assert!(recipient(&public).is_ok() && generate(&file, Timestamp::UNIX_EPOCH).is_err());
        std::fs::write(&file, "# nothing\n").unwrap();
        assert!(identities(&file).err().unwrap().to_string().contains("AGE-SECRET-KEY-1"));
    }

    #[test]
    fn a_recipient_that_is_none_is_told_with_what_makes_one() {
        for text in ["", "age1abc", "ssh-ed25519 AAAA"] {
            let error = recipient(text).err().unwrap().to_string();
            assert!(error.contains("qarauyl backup keygen FILE"), "{error}");
        }
    }
}
