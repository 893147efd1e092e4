//! qarauyl.
fn main() {}
