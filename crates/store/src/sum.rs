//! The sum of the narrow traits: what a test of the whole store asks for.

use crate::{
    Administering, Database, Disclosing, Explaining, Extracting, Fetching, Indexing, Looking, Mailing,
    Matching, Queue, Reading, Reconciling, Remarking, Remembering, Restoring, Scheduling, Sourcing,
    Subscribing, Watching,
};

/// Everything a store can do: the sum of the narrow traits.
pub trait Store:
    Queue
    + Sourcing
    + Fetching
    + Remarking
    + Remembering
    + Looking
    + Scheduling
    + Extracting
    + Matching
    + Indexing
    + Mailing
    + Watching
    + Subscribing
    + Disclosing
    + Reading
    + Explaining
    + Reconciling
    + Restoring
    + Administering
{
}

impl Store for Database {}
