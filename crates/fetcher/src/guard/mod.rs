//! Which addresses may be connected to, decided before and at the moment of the connection.

pub(crate) mod resolver;
mod rules;

pub use rules::{Exemption, Guard, Refusal, is_forbidden};
