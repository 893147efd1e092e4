//! The team's own lexicon entries, sealed: the names that must never lie in a public file.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Row;

use crate::rows::millis;
use crate::watching::move_revision;
use crate::{Database, StoreError};

/// An entity that the team added for itself.
#[derive(Clone, PartialEq, Eq)]
pub struct LexiconEntry {
    /// The entity's id, as `@id` names it in queries.
    pub id: String,
    /// The entity in the lexicon's own TOML form.
    pub toml: String,
}

impl std::fmt::Debug for LexiconEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LexiconEntry(…)")
    }
}

/// What the lexicon commands need.
#[async_trait]
pub trait Administering: Send + Sync {
    /// Adds or replaces an entry of the team's own.
    async fn put_lexicon_entry(&self, entry: &LexiconEntry, now: Timestamp) -> Result<(), StoreError>;

    /// Adds or replaces entries, and adds a watch of this name and query that speaks of them: all of it or nothing.
    async fn put_lexicon_entries(
        &self,
        entries: &[LexiconEntry],
        watch: Option<(&str, &str)>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Lists the team's own entries, oldest first.
    async fn lexicon_entries(&self) -> Result<Vec<LexiconEntry>, StoreError>;

    /// Removes an entry; answers whether there was one.
    async fn remove_lexicon_entry(&self, id: &str) -> Result<bool, StoreError>;
}

#[async_trait]
impl Administering for Database {
    async fn put_lexicon_entry(&self, entry: &LexiconEntry, now: Timestamp) -> Result<(), StoreError> {
        self.put_lexicon_entries(std::slice::from_ref(entry), None, now).await
    }

    async fn put_lexicon_entries(
        &self,
        entries: &[LexiconEntry],
        watch: Option<(&str, &str)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for entry in entries {
            sqlx::query(
                "insert into lexicon_entries (name_hash, entry_sealed, created) values ($1, $2, $3)
                 on conflict (name_hash) do update set entry_sealed = excluded.entry_sealed",
            )
            .bind(self.sealer()?.hash("lexicon.id", &entry.id))
            .bind(self.seal("lexicon.entry", &(entry.id.clone(), entry.toml.clone()))?)
            .bind(millis(now))
            .execute(&mut *transaction)
            .await?;
        }
        match watch {
            Some(watch) => drop(self.put_watch(&mut transaction, watch, now).await?),
            None => drop(move_revision(&mut transaction).await?),
        }
        Ok(transaction.commit().await?)
    }

    async fn lexicon_entries(&self) -> Result<Vec<LexiconEntry>, StoreError> {
        self.sealer()?;
        let rows = sqlx::query("select entry_sealed from lexicon_entries order by id")
            .fetch_all(self.readers())
            .await?;
        let mut entries = Vec::new();
        for row in rows {
            let (id, toml) = self.open_sealed("lexicon.entry", row.try_get("entry_sealed")?)?;
            entries.push(LexiconEntry { id, toml });
        }
        Ok(entries)
    }

    async fn remove_lexicon_entry(&self, id: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("delete from lexicon_entries where name_hash = $1")
            .bind(self.sealer()?.hash("lexicon.id", id))
            .execute(&mut *transaction)
            .await?;
        move_revision(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}
