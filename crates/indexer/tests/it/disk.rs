//! What lies on disk: reopening, replacing, rebuilding, and what is left alone.

use std::fs;

use indexer::{IndexError, Rebuild, TantivyIndex};

use crate::given::{self, config, english, found, lexicon, open};

fn current(folder: &tempfile::TempDir) -> String {
    fs::read_to_string(folder.path().join("index/CURRENT")).unwrap().trim().to_owned()
}

#[test]
fn what_was_put_is_there_after_reopening() {
    let given = given::index(&[english(1, "rail"), english(2, "road")]);
    drop(given.index);
    let again = open(&given.folder);
    assert_eq!(found(&again, "rail"), [1]);
    assert_eq!(again.numbers().unwrap().documents, 2);
}

#[test]
fn an_article_that_is_put_again_is_there_once_with_its_new_text() {
    let given = given::index(&[english(1, "rail"), english(2, "rail")]);
    given.index.put(&[english(1, "road")]).unwrap();
    given.index.put(&[english(1, "road")]).unwrap();
    assert_eq!(found(&given.index, "rail"), [2]);
    assert_eq!(found(&given.index, "road"), [1]);
    assert_eq!(given.index.documents(), 2);
}

#[test]
fn an_article_twice_in_one_batch_is_there_once_with_its_last_text() {
    let given = given::index(&[english(1, "rail"), english(1, "road")]);
    assert_eq!((found(&given.index, "rail"), found(&given.index, "road")), (vec![], vec![1]));
}

#[test]
fn a_reader_sees_what_another_writes() {
    let given = given::index(&[english(1, "rail")]);
    let reader = open(&given.folder);
    given.index.put(&[english(2, "rail")]).unwrap();
    assert_eq!(found(&reader, "rail"), [1, 2]);
    assert_eq!(reader.documents(), 2);
}

#[test]
fn a_second_writer_is_refused_and_said_what_to_do() {
    let given = given::index(&[english(1, "rail")]);
    let second = open(&given.folder);
    let error = second.put(&[english(2, "rail")]).unwrap_err();
    assert!(matches!(error, IndexError::Busy), "{error:?}");
    drop(given.index);
    second.put(&[english(2, "rail")]).unwrap();
    assert_eq!(found(&second, "rail"), [1, 2]);
}

#[test]
fn an_index_of_another_version_is_left_alone_and_a_fresh_one_asks_to_be_built() {
    let given = given::index(&[english(1, "rail")]);
    drop(given.index);
    let ours = current(&given.folder);
    for other in ["v0-0-1".to_owned(), format!("{}0-1", ours.trim_end_matches("-1"))] {
        let old = given.folder.path().join("index").join(&other);
        fs::create_dir_all(&old).unwrap();
        fs::write(old.join("kept"), "as it was").unwrap();
        fs::write(given.folder.path().join("index/CURRENT"), &other).unwrap();
        let fresh = open(&given.folder);
        assert!(fresh.needs_rebuild(), "{other}");
        assert_eq!(found(&fresh, "rail"), [0_i64; 0], "left-overs of our version are not taken for whole");
        assert_ne!(current(&given.folder), other);
        assert_eq!(fs::read_to_string(old.join("kept")).unwrap(), "as it was");
    }
}

#[test]
fn a_fresh_index_asks_to_be_built_until_it_was() {
    let folder = tempfile::tempdir().unwrap();
    assert!(open(&folder).needs_rebuild());
    assert!(open(&folder).needs_rebuild(), "opening it again builds nothing");
    let rebuild = Rebuild::begin(&config(&folder), lexicon()).unwrap();
    rebuild.add(&[english(1, "rail")]).unwrap();
    rebuild.switch().unwrap();
    let index = open(&folder);
    assert!(!index.needs_rebuild());
    assert_eq!(found(&index, "rail"), [1]);
}

#[test]
fn a_rebuild_shows_nothing_until_it_switches_and_then_everything() {
    let given = given::index(&[english(1, "rail"), english(9, "gone from the store")]);
    drop(given.index);
    let reader = open(&given.folder);
    let rebuild = Rebuild::begin(&config(&given.folder), lexicon()).unwrap();
    rebuild.add(&[english(1, "road")]).unwrap();
    rebuild.add(&[english(2, "road")]).unwrap();
    assert_eq!(found(&reader, "rail OR road"), [1], "the old one is searched meanwhile");
    rebuild.switch().unwrap();
    assert_eq!(found(&reader, "road OR gone"), [1, 2], "a process that runs follows");
    assert_eq!(reader.documents(), 2);
    reader.put(&[english(3, "road")]).unwrap();
    assert_eq!(found(&open(&given.folder), "road"), [1, 2, 3], "and writes to the new one");
}

#[test]
fn a_rebuild_that_is_cut_short_leaves_the_old_index_and_can_be_begun_again() {
    let given = given::index(&[english(1, "rail")]);
    drop(given.index);
    let before = current(&given.folder);
    let rebuild = Rebuild::begin(&config(&given.folder), lexicon()).unwrap();
    rebuild.add(&[english(2, "rail")]).unwrap();
    drop(rebuild);
    assert_eq!((current(&given.folder), found(&open(&given.folder), "rail")), (before, vec![1]));
    let rebuild = Rebuild::begin(&config(&given.folder), lexicon()).unwrap();
    rebuild.add(&[english(3, "rail")]).unwrap();
    rebuild.switch().unwrap();
    assert_eq!(found(&open(&given.folder), "rail"), [3]);
    let folders = fs::read_dir(given.folder.path().join("index")).unwrap();
    let folders = folders.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!(folders, 1, "the old one is removed");
}

#[test]
fn nothing_is_written_between_a_rebuild_and_its_switch() {
    let given = given::index(&[english(1, "rail")]);
    let error = Rebuild::begin(&config(&given.folder), lexicon()).unwrap_err();
    assert!(matches!(error, IndexError::Busy), "{error:?}");
    drop(given.index);
    let index = open(&given.folder);
    let rebuild = Rebuild::begin(&config(&given.folder), lexicon()).unwrap();
    assert!(matches!(index.put(&[english(2, "rail")]), Err(IndexError::Busy)));
    rebuild.switch().unwrap();
    index.put(&[english(2, "rail")]).unwrap();
    assert_eq!(found(&index, "rail"), [2]);
}

#[test]
fn a_broken_index_is_an_error_that_says_what_to_do_and_no_fresh_start() {
    let given = given::index(&[english(1, "rail")]);
    drop(given.index);
    let meta = given.folder.path().join("index").join(current(&given.folder)).join("meta.json");
    fs::write(meta, "{").unwrap();
    let error = TantivyIndex::open(&config(&given.folder), lexicon()).unwrap_err();
    assert!(error.to_string().contains("qarauyl index rebuild"), "{error}");
    let rebuild = Rebuild::begin(&config(&given.folder), lexicon()).unwrap();
    rebuild.add(&[english(1, "rail")]).unwrap();
    rebuild.switch().unwrap();
    assert_eq!(found(&open(&given.folder), "rail"), [1], "and that helps");
}

#[test]
fn the_numbers_tell_of_the_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(&folder);
    index.put(&[english(1, "rail"), english(2, "rail")]).unwrap();
    let numbers = index.numbers().unwrap();
    assert_eq!((numbers.documents, numbers.segments), (2, 1));
    let mut meta = folder.path().join("index").join(current(&folder));
    meta.push("meta.json");
    let written = jiff::Timestamp::try_from(fs::metadata(meta).unwrap().modified().unwrap()).unwrap();
    assert_eq!(numbers.last_commit, written);
}

#[test]
fn a_batch_that_cannot_be_committed_leaves_nothing_and_the_next_one_is_kept() {
    let given = given::index(&[english(1, "rail")]);
    let meta = given.folder.path().join("index").join(current(&given.folder)).join("meta.json");
    let kept = fs::read(&meta).unwrap();
    fs::remove_file(&meta).unwrap();
    fs::create_dir(&meta).unwrap();
    given.index.put(&[english(1, "lost"), english(2, "lost")]).unwrap_err();
    fs::remove_dir(&meta).unwrap();
    fs::write(&meta, kept).unwrap();
    assert_eq!(found(&given.index, "rail OR lost"), [1]);
    given.index.put(&[english(3, "rail")]).unwrap();
    assert_eq!((found(&given.index, "rail"), found(&given.index, "lost")), (vec![1, 3], vec![]));
}

#[test]
fn a_new_house_may_say_that_nothing_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).mark_whole().unwrap();
    assert!(!open(&folder).needs_rebuild());
}
