//! Times pages made to hurt: `cargo run --release -p extractor --example hostile`. One line each: the page, its bytes,
//! milliseconds of processor time, and the most memory that the process ever held. Ends with 1 when one takes longer
//! than a second or the process has held more than 200 MB.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::fs;

use extractor::{Page, extract};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const SENTENCE: &str = "The new rail warehouse at the border has opened, said the director of the port. ";
const LONGEST_MS: f64 = 1_000.0;
const MOST_MB: f64 = 200.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut fine = true;
    for (name, html) in pages() {
        let before = on_processor()?;
        let page = Page {
            bytes: html.as_bytes(),
            url: None,
            content_type: "text/html",
            rules: None,
            zone: TimeZone::UTC,
            fetched: Timestamp::UNIX_EPOCH,
        };
        let said = match extract(&page) {
            Ok(read) => format!("{} blocks, partial {:?}", read.blocks.len(), read.partial),
            Err(error) => error.to_string(),
        };
        let (took, held) = ((on_processor()? - before) / 1e6, peak_mb()?);
        fine &= took <= LONGEST_MS && held <= MOST_MB;
        println!("{name:<34} {:>9} bytes {took:>7.0} ms {held:>5.0} MB  {said}", html.len());
    }
    if fine { Ok(()) } else { Err("a page took too long, or too much memory".into()) }
}

fn pages() -> Vec<(String, String)> {
    let mut pages = vec![
        (
            "20,000 nested div".to_owned(),
            format!("{}{SENTENCE}{SENTENCE}{}", "<div>".repeat(20_000), "</div>".repeat(20_000)),
        ),
        ("160,000 nested div".to_owned(), format!("{}{SENTENCE}{SENTENCE}", "<div>".repeat(160_000))),
        ("an article of 14 MB".to_owned(), format!("<p>{}</p>", SENTENCE.repeat(10)).repeat(18_000)),
        ("one paragraph of 14 MB".to_owned(), SENTENCE.repeat(180_000)),
        ("2,000,000 br".to_owned(), "<br>".repeat(2_000_000)),
        ("2,000,000 open p".to_owned(), "<p>a".repeat(2_000_000)),
        ("600 fonts, then 20,000 p".to_owned(), {
            let fonts = (0..600).map(|size| format!("<font size={size}>")).collect::<Vec<_>>().concat();
            format!("{fonts}{}", format!("<p>{SENTENCE}").repeat(20_000))
        }),
        ("100,000 attributes".to_owned(), {
            let attributes = (0..100_000).map(|at| format!(" a{at}=1")).collect::<Vec<_>>().concat();
            format!("<p{attributes}>{SENTENCE}{SENTENCE}")
        }),
        ("JSON-LD of 5 MB".to_owned(), {
            format!(
                "<script type=application/ld+json>{}</script><p>{SENTENCE}{SENTENCE}",
                "[".repeat(5_000_000)
            )
        }),
        (
            "end tags of nothing".to_owned(),
            format!("{}{}", "<div>".repeat(500), "</b></i></x>".repeat(300_000)),
        ),
    ];
    for tag in [
        "a href=x", "b", "button", "dd", "form", "h1", "i", "li", "math", "nobr", "object", "option", "p",
        "select", "span", "svg", "table", "td", "template", "ul",
    ] {
        pages.push((format!("100,000 open {tag}"), format!("<{tag}>word ").repeat(100_000)));
    }
    pages
}

fn on_processor() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split_whitespace().next().ok_or("no schedstat")?.parse()?)
}

fn peak_mb() -> Result<f64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.split_whitespace().next().ok_or("no number")?.parse::<f64>()? / 1024.0)
}
