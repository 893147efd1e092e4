//! What an inventory lists can be copied while the archive grows, and the copy is an archive.

use std::fs;
use std::io::Read;

use archive::{Config, PublicKey, inventory, located, manifest_name, verify};
use model::Clock;

use crate::keeping::{config, exchange, open};

const URL: &str = "http://sample.test/a";

#[test]
fn a_copy_of_what_is_listed_is_an_archive_with_all_that_was_acknowledged() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = open(&config(dir.path()));
    let first = archive.keep(&exchange(URL, b"closed")).unwrap().location;
    archive.close().unwrap();
    let second = archive.keep(&exchange(URL, b"still being written")).unwrap().location;
    let listed = inventory(dir.path()).unwrap();
    assert_eq!((listed.files.len(), listed.entries), (2, 2));
    // The archive goes on before anything is copied.
    let later = archive.keep(&exchange(URL, b"after the list")).unwrap().location;
    archive.close().unwrap();
    assert_eq!(later.file, second.file);

    for file in &listed.files {
        let mut bytes = Vec::new();
        let source = fs::File::open(located(dir.path(), &file.name)).unwrap();
        source.take(file.size).read_to_end(&mut bytes).unwrap();
        fs::write(copy.path().join(&file.name), bytes).unwrap();
    }
    fs::write(copy.path().join(manifest_name()), &listed.manifest).unwrap();
    fs::copy(dir.path().join("manifest.key"), copy.path().join("manifest.key")).unwrap();
    let key = PublicKey::of_signing_key(&copy.path().join("manifest.key")).unwrap().unwrap();
    let verified = verify(copy.path(), &[key], Some(&listed.root), |_| ()).unwrap();
    assert!(verified.is_whole() && verified.files == 1, "{:?}", verified.problems);

    let copied = archive::Archive::open(&Config { ..config(copy.path()) }, Clock::system());
    copied.reindex(|_| ()).unwrap();
    assert_eq!(copied.read(&first).unwrap().response.body, b"closed");
    assert_eq!(copied.read(&second).unwrap().response.body, b"still being written");
    assert!(copied.read(&later).is_err());
}

#[test]
fn an_archive_that_is_not_there_yet_has_nothing_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let none = inventory(&dir.path().join("none")).unwrap();
    assert!(none.files.is_empty() && none.manifest.is_empty() && none.root.is_empty());
}
