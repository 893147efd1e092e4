//! Where host names are looked up: the system's resolver, or a list that a test gives.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::lookup_host;

/// A way to look names up.
#[derive(Debug, Clone, Default)]
pub enum Names {
    /// The system's resolver.
    #[default]
    System,
    /// A list: nothing outside it exists. Its answers are guarded like those of the system.
    Listed(Arc<Mutex<HashMap<String, VecDeque<Reply>>>>),
}

/// What a listed name answers, one look-up after the other; the last is repeated.
#[derive(Debug, Clone)]
pub enum Reply {
    /// These addresses; port 0 stands for the port that was asked for.
    Addresses(Vec<SocketAddr>),
    /// Nothing, after this long.
    Silence(Duration),
}

impl Names {
    /// Returns a list of names with their answers in order.
    pub fn listed<const N: usize>(names: [(&str, Vec<Reply>); N]) -> Self {
        let names = names.map(|(name, replies)| (name.to_owned(), VecDeque::from(replies)));
        Self::Listed(Arc::new(Mutex::new(HashMap::from(names))))
    }

    /// Returns the addresses of a name; none when it has none.
    pub(crate) async fn look_up(&self, name: &str) -> Vec<SocketAddr> {
        let names = match self {
            // Port zero: the connection puts the URL's port in.
            Self::System => return lookup_host((name, 0)).await.map(Iterator::collect).unwrap_or_default(),
            Self::Listed(names) => names,
        };
        let reply = next(&mut names.lock().unwrap_or_else(PoisonError::into_inner), name);
        match reply {
            Some(Reply::Addresses(addresses)) => addresses,
            Some(Reply::Silence(time)) => {
                tokio::time::sleep(time).await;
                Vec::new()
            }
            None => Vec::new(),
        }
    }
}

fn next(names: &mut HashMap<String, VecDeque<Reply>>, name: &str) -> Option<Reply> {
    let replies = names.get_mut(name)?;
    if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
}
