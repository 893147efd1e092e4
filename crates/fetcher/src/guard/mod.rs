//! Which addresses may be connected to, decided before and at the moment of the connection.

mod addresses;
mod names;
mod resolver;
mod rules;

pub use addresses::is_forbidden;
pub use names::{Names, Reply};
pub(crate) use resolver::GuardedResolver;
pub use resolver::ResolveError;
pub use rules::{Exemption, Guard, Refusal};
