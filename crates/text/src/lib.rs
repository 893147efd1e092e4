//! text (placeholder until the crate's owner writes it; overwrite freely).
#![allow(missing_docs, clippy::all, clippy::pedantic)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lang;
impl Lang { pub fn parse(_: &str) -> Option<Self> { Some(Self) } pub fn as_str(self) -> &'static str { "kk-Cyrl" } }
pub fn detect(_: &str) -> Lang { Lang }
pub struct Fingerprint(String);
impl Fingerprint { pub fn to_hex(&self) -> String { self.0.clone() } }
pub fn fingerprint(t: &str) -> Fingerprint { Fingerprint(t.to_owned()) }
