//! Watches that this version of the language, or of the lexicon, cannot read any more: set apart where everybody sees
//! them, never dropped, and taken back once they can be read again.

use jiff::Timestamp;
use query::{Lexicon, plan_watch};
use store::{StoreError, Watching};

/// Reads every watch, and notes which cannot be read and why. Returns how many states changed. To be called before
/// matching begins, with the lexicon that it will use.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn quarantine(store: &dyn Watching, lexicon: &Lexicon, now: Timestamp) -> Result<u64, StoreError> {
    let mut unreadable = Vec::new();
    for watch in store.watches().await? {
        let read = plan_watch(&watch.query, lexicon);
        if let Err(error) = read {
            // The words of an error hold no text of the query.
            unreadable.push((watch.id, error.placed_in(&watch.query, lexicon).to_string()));
        }
    }
    store.note_unreadable(&unreadable, now).await
}
