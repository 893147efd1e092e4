//! Extracts a folder of packed pages: `cargo run --release -p extractor --example batch -- DIR OUT.json`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = arguments.as_slice() else { return Err("give a folder and a file".into()) };
    let fetched = model::Clock::system().now();
    let report = extractor::batch(Path::new(folder), Path::new(out), fetched, || {})?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
