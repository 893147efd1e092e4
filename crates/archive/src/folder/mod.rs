//! The folder of the archive: its files, who writes them, who seals them, and how much room is left for them.

pub(crate) mod current;
pub(crate) mod files;
pub(crate) mod growth;
pub(crate) mod sealer;
pub(crate) mod space;
pub(crate) mod writer;
