//! Another key for all that is sealed: every sealed column is opened with the one key and sealed with the other, in one
//! transaction. Until it is committed the old key opens the store, afterwards the new one, and at no moment both or none.

use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection, Row, Transaction};

use crate::database::{engine_of, install_drivers, prepare_address};
use crate::history::EventRow;
use crate::rows::sealed::ExcerptRow;
use crate::sealed::KEY_COLUMN;
use crate::{Database, SealError, Sealed, Sealer, StoreError};

/// So many rows are in memory at once.
const PAGE: i64 = 500;

/// A sealed column of a table whose rows have an `id`.
struct Column {
    table: &'static str,
    name: &'static str,
    /// What is authenticated with each value.
    of: &'static str,
    hash: Option<Hash>,
}

/// The column beside a sealed one that holds a keyed hash.
struct Hash {
    name: &'static str,
    /// What is hashed with each value.
    of: &'static str,
    /// How the text that is hashed comes out of the sealed value.
    text: fn(&[u8]) -> Option<String>,
}

const fn column(table: &'static str, name: &'static str, of: &'static str) -> Column {
    Column { table, name, of, hash: None }
}

/// All of them but those of `held_back` and `watch_events`, which are seen to one by one.
const COLUMNS: [Column; 7] = [
    Column {
        hash: Some(Hash { name: "name_hash", of: "watches.name", text }),
        ..column("watches", "name_sealed", "watches.name")
    },
    column("watches", "query_sealed", "watches.query"),
    column("alerts", "excerpt_sealed", "alerts.excerpt"),
    Column {
        hash: Some(Hash { name: "address_hash", of: "subscribers.address", text: small_text }),
        ..column("subscribers", "address_sealed", "subscribers.address")
    },
    column("digests", "contents_sealed", "digests.contents"),
    Column {
        hash: Some(Hash { name: "name_hash", of: "lexicon.id", text: first_text }),
        ..column("lexicon_entries", "entry_sealed", "lexicon.entry")
    },
    column("remarks", "remark_sealed", "remarks.remark"),
];

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resealed {
    /// How many values were sealed anew.
    pub values: u64,
    /// How many events of watches that are gone cannot be found by name any more: nobody knows the name.
    pub nameless: u64,
}

/// Both keys.
struct Keys<'a> {
    old: &'a Sealer,
    new: &'a Sealer,
}

impl Database {
    /// Seals everything with another key, and returns the store as that key opens it. What was opened before has the wrong
    /// key from then on.
    ///
    /// # Errors
    /// When the store is locked or a value cannot be opened. Nothing is changed then.
    pub async fn reseal(&self, new: Sealer) -> Result<(Self, Resealed), StoreError> {
        let keys = Keys { old: self.sealer()?, new: &new };
        let mut transaction = self.begin().await?;
        let mut done = Resealed::default();
        // Needs the names, and so comes while they can be read with the old key.
        events(&mut transaction, &keys, &mut done).await?;
        for column in &COLUMNS {
            done.values += whole(&mut transaction, column, &keys).await?;
        }
        done.values += held_back(&mut transaction, &keys).await?;
        sqlx::query("update house set value = $1 where name = 'key'")
            .bind(keys.probe()?)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok((self.with_sealer(new), done))
    }

    /// Returns whether the store at `url` is sealed with this key. Changes nothing; one that is not there yet is not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_sealed_with(url: &str, sealer: &Sealer) -> Result<bool, StoreError> {
        install_drivers();
        let engine = engine_of(url)?;
        let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
        if url.starts_with("sqlite:") && !std::path::Path::new(path).exists() {
            return Ok(false);
        }
        let mut connection = AnyConnection::connect(&prepare_address(engine, url)?).await?;
        let row = sqlx::query("select value from house where name = 'key'").fetch_optional(&mut connection);
        let value = row.await?.map(|row| row.try_get("value")).transpose()?;
        connection.close().await?;
        Ok(value.is_some_and(|value| Sealed::<String>::from_bytes(value).open(sealer, KEY_COLUMN).is_ok()))
    }
}

impl Keys<'_> {
    fn again(&self, of: &'static str, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        self.new.seal_bytes(of, &self.old.open_bytes(of, bytes)?)
    }

    fn probe(&self) -> Result<Vec<u8>, SealError> {
        Ok(Sealed::seal(self.new, KEY_COLUMN, &"this is the key".to_owned())?.into_bytes())
    }
}

/// Seals a whole column anew, page by page.
async fn whole(
    transaction: &mut Transaction<'static, Any>,
    column: &Column,
    keys: &Keys<'_>,
) -> Result<u64, StoreError> {
    let Column { table, name, of, hash } = column;
    // All parts stand in this file.
    let read = format!("select id, {name} from {table} where id > $1 order by id limit {PAGE}");
    let write = match hash {
        Some(Hash { name: hash, .. }) => {
            format!("update {table} set {name} = $1, {hash} = $3 where id = $2")
        }
        None => format!("update {table} set {name} = $1 where id = $2"),
    };
    let (mut last, mut count) = (0_i64, 0);
    loop {
        let rows = sqlx::query(AssertSqlSafe(read.clone())).bind(last).fetch_all(&mut **transaction).await?;
        if rows.is_empty() {
            return Ok(count);
        }
        for row in rows {
            last = row.try_get("id")?;
            let plain = keys.old.open_bytes(of, &row.try_get::<Vec<u8>, _>(*name)?)?;
            let mut update =
                sqlx::query(AssertSqlSafe(write.clone())).bind(keys.new.seal_bytes(of, &plain)?).bind(last);
            if let Some(Hash { of: hashed, text, .. }) = hash {
                let text = text(&plain).ok_or(SealError::Form(of))?;
                update = update.bind(keys.new.hash(hashed, &text));
            }
            update.execute(&mut **transaction).await?;
            count += 1;
        }
    }
}

async fn held_back(transaction: &mut Transaction<'static, Any>, keys: &Keys<'_>) -> Result<u64, StoreError> {
    let (mut last, mut count) = ((0_i64, 0_i64), 0);
    loop {
        let rows = sqlx::query(
            "select watch, version, what_sealed from held_back where (watch, version) > ($1, $2)
             order by watch, version limit $3",
        )
        .bind(last.0)
        .bind(last.1)
        .bind(PAGE)
        .fetch_all(&mut **transaction)
        .await?;
        if rows.is_empty() {
            return Ok(count);
        }
        for row in rows {
            last = (row.try_get("watch")?, row.try_get("version")?);
            let sealed = keys.again("held_back.what", &row.try_get::<Vec<u8>, _>("what_sealed")?)?;
            sqlx::query("update held_back set what_sealed = $1 where watch = $2 and version = $3")
                .bind(sealed)
                .bind(last.0)
                .bind(last.1)
                .execute(&mut **transaction)
                .await?;
            count += 1;
        }
    }
}

/// The hash of an event is that of a name that older events do not hold: it is looked for among all names that are known
/// of the watch.
async fn events(
    transaction: &mut Transaction<'static, Any>,
    keys: &Keys<'_>,
    done: &mut Resealed,
) -> Result<(), StoreError> {
    let watches =
        sqlx::query("select distinct watch from watch_events").fetch_all(&mut **transaction).await?;
    for row in watches {
        let watch: i64 = row.try_get("watch")?;
        let rows = sqlx::query("select id, name_hash, event_sealed from watch_events where watch = $1")
            .bind(watch)
            .fetch_all(&mut **transaction)
            .await?;
        let names = names(transaction, keys.old, watch, &rows).await?;
        for row in rows {
            let old: String = row.try_get("name_hash")?;
            let name = names.iter().find(|name| keys.old.hash("watches.name", name) == old);
            let hash = match name {
                Some(name) => keys.new.hash("watches.name", name),
                None => keys.new.hash("watches.name of nobody", &old),
            };
            let sealed = keys.again("watch_events.event", &row.try_get::<Vec<u8>, _>("event_sealed")?)?;
            sqlx::query("update watch_events set name_hash = $1, event_sealed = $2 where id = $3")
                .bind(hash)
                .bind(sealed)
                .bind(row.try_get::<i64, _>("id")?)
                .execute(&mut **transaction)
                .await?;
            done.values += 1;
            done.nameless += u64::from(name.is_none());
        }
    }
    Ok(())
}

/// All names that a watch is known to have had: the one that it has, those in its events, those in what it told.
async fn names(
    transaction: &mut Transaction<'static, Any>,
    old: &Sealer,
    watch: i64,
    events: &[AnyRow],
) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for row in events {
        let event = Sealed::<EventRow>::from_bytes(row.try_get("event_sealed")?);
        names.extend(event.open(old, "watch_events.event")?.into_names());
    }
    let row = sqlx::query("select name_sealed from watches where id = $1")
        .bind(watch)
        .fetch_optional(&mut **transaction)
        .await?;
    if let Some(row) = row {
        names.push(Sealed::<String>::from_bytes(row.try_get("name_sealed")?).open(old, "watches.name")?);
        return Ok(names);
    }
    let rows = sqlx::query("select excerpt_sealed from alerts where watch = $1 order by id limit 1000")
        .bind(watch)
        .fetch_all(&mut **transaction)
        .await?;
    for row in rows {
        let excerpt = Sealed::<ExcerptRow>::from_bytes(row.try_get("excerpt_sealed")?);
        names.push(excerpt.open(old, "alerts.excerpt")?.into_watch_name());
    }
    names.dedup();
    Ok(names)
}

fn text(plain: &[u8]) -> Option<String> {
    serde_json::from_slice(plain).ok()
}

fn small_text(plain: &[u8]) -> Option<String> {
    text(plain).map(|text| text.to_lowercase())
}

fn first_text(plain: &[u8]) -> Option<String> {
    serde_json::from_slice::<(String, String)>(plain).ok().map(|(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever adds a sealed column has to have it sealed anew here.
    #[test]
    fn every_sealed_column_and_keyed_hash_of_the_tables_is_seen_to() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let mut found = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let (text, mut table) = (std::fs::read_to_string(file.unwrap().path()).unwrap(), String::new());
            for line in text.lines() {
                let words: Vec<&str> =
                    line.split([' ', '(', ',', ';']).filter(|word| !word.is_empty()).collect();
                if matches!(words[..], ["create" | "alter", "table", ..]) {
                    words[2].clone_into(&mut table);
                }
                let name = words.iter().find(|word| word.ends_with("_sealed") || word.ends_with("_hash"));
                let declared = matches!(words[..], [_, "text" | "blob", ..]) || words.contains(&"add");
                found.extend(name.filter(|_| declared).map(|name| format!("{table}.{name}")));
            }
        }
        let mut known: Vec<String> =
            ["held_back.what_sealed", "watch_events.event_sealed", "watch_events.name_hash"]
                .map(str::to_owned)
                .to_vec();
        for Column { table, name, hash, .. } in &COLUMNS {
            known.push(format!("{table}.{name}"));
            known.extend(hash.as_ref().map(|hash| format!("{table}.{}", hash.name)));
        }
        // A hash without a key: that of a kept text.
        found.retain(|name| !name.starts_with("versions."));
        found.sort();
        known.sort();
        assert_eq!(found, known);
    }
}
