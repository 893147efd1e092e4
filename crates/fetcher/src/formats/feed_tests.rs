//! Tests of `feed`, beside it because of their length.

use jiff::tz::TimeZone;
use url::Url;

use super::*;

fn read_feed(text: &str) -> Parsed {
    read(text.as_bytes()).unwrap()
}

fn read(bytes: &[u8]) -> Result<Parsed, FeedError> {
    let url = Url::parse("https://news.sample.test/rss/").unwrap();
    let (zone, at) = (TimeZone::get("Asia/Almaty").unwrap(), "2026-11-24T00:00:00Z".parse().unwrap());
    parse(bytes, &Arrived { url: &url, content_type: "application/rss+xml", zone, at })
}

fn rss(items: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel>{items}</channel></rss>")
}

fn item(title: &str, link: &str) -> String {
    format!("<item><title>{title}</title><link>{link}</link></item>")
}

#[test]
fn an_item_becomes_an_entry_without_markup() {
    let parsed = read_feed(&rss("<item><title>Қорғас &amp; бекет</title><link>/a?utm_source=rss#x</link>\
         <pubDate>Mon, 23 Nov 2026 10:00:00 +0600</pubDate>\
         <description>&lt;p&gt;Бір &amp;amp; &lt;b&gt;екі&lt;/b&gt;&lt;/p&gt;</description></item>"));
    let [entry] = parsed.entries.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(entry.url.as_str(), "https://news.sample.test/a");
    assert_eq!(entry.title, "Қорғас & бекет");
    assert_eq!(entry.summary, "Бір & екі");
    assert_eq!(entry.published, Some("2026-11-23T04:00:00Z".parse().unwrap()));
    assert_eq!(parsed.notes, []);
}

#[test]
fn atom_and_json_are_read_as_well() {
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title><id>i</id><updated>2026-11-23T00:00:00Z</updated>\
        <entry><id>tag:1</id><title>Бір</title><updated>2026-11-23T01:00:00Z</updated>\
        <link rel=\"edit\" href=\"https://news.sample.test/edit\"/><link href=\"https://news.sample.test/1\"/>\
        <content type=\"html\">&lt;p&gt;text&lt;/p&gt;</content></entry></feed>";
    let parsed = read_feed(atom);
    assert_eq!(parsed.entries[0].url.as_str(), "https://news.sample.test/1");
    assert_eq!(parsed.entries[0].content, "text");
    assert!(parsed.entries[0].published.is_some());
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[
        {"id":"1","url":"https://news.sample.test/1","title":"Бір","content_html":"<p>text</p>"}]}"#;
    assert_eq!(read_feed(json).entries[0].title, "Бір");
}

#[test]
fn a_bad_item_costs_only_itself() {
    let items = [
        item("good", "https://news.sample.test/1"),
        item("script", "javascript:alert(1)"),
        item("file", "file:///etc/passwd"),
        item("long", &format!("https://news.sample.test/{}", "a".repeat(70_000))),
        "<item><title>no link</title></item>".to_owned(),
        item("again", "https://news.sample.test/1#comments"),
        item("last", "https://news.sample.test/2"),
    ];
    let parsed = read_feed(&rss(&items.concat()));
    let titles: Vec<&str> = parsed.entries.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["good", "last"]);
    assert_eq!(parsed.notes, [Note::NoAddress(1), Note::BadAddress(3)]);
}

#[test]
fn what_is_almost_xml_is_mended() {
    let broken = [
        rss(&item("A & B", "https://news.sample.test/1")),
        rss(&item("A & B <b>", "https://news.sample.test/1")),
        rss(&item("A \u{b} B", "https://news.sample.test/1")),
        rss(&item("A&nbsp;B", "https://news.sample.test/1")),
        format!(
            "{}<item><title>hal",
            rss(&item("A", "https://news.sample.test/1")).replace("</channel></rss>", "")
        ),
    ];
    for text in broken {
        let parsed = read_feed(&text);
        assert_eq!(parsed.entries.len(), 1, "{text}");
        assert!(parsed.entries[0].title.starts_with('A'), "{text}");
    }
}

#[test]
fn a_flood_is_cut_and_said() {
    let items: String =
        (0..2500).map(|number| item("t", &format!("https://news.sample.test/{number}"))).collect();
    let parsed = read_feed(&rss(&items));
    assert_eq!(parsed.entries.len(), MAX_ENTRIES);
    assert_eq!(parsed.notes, [Note::TooMany(2500)]);
}

#[test]
fn a_date_before_the_web_is_left_out() {
    let with_date =
        |date| format!("<item><link>https://news.sample.test/1</link><pubDate>{date}</pubDate></item>");
    let parsed = read_feed(&rss(&with_date("Thu, 01 Jan 1970 00:00:00 GMT")));
    assert_eq!((parsed.entries[0].published, parsed.notes), (None, vec![Note::BadDate(1)]));
    assert_eq!(read_feed(&rss(&with_date("бүгін таңертең"))).entries[0].published, None);
    let words = read_feed(&rss(&with_date("23 қараша 2026 ж."))).entries[0].published;
    assert_eq!(words, Some("2026-11-22T19:00:00Z".parse().unwrap()), "a day begins in the source's zone");
    let soon = read_feed(&rss(&with_date("Tue, 24 Nov 2026 09:00:00 GMT"))).entries[0].published;
    assert_eq!(soon, Some("2026-11-24T00:00:00Z".parse().unwrap()), "no entry is published after it came");
    let never = read_feed(&rss(&with_date("Tue, 24 Nov 2099 09:00:00 GMT")));
    assert_eq!((never.entries[0].published, never.notes), (None, vec![Note::BadDate(1)]));
}

#[test]
fn a_page_is_no_feed() {
    for text in ["<html><title>404 Not Found</title></html>", "", "not found", "{}"] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_damage_to_a_feed_panics(cut in 0_usize..400, byte in proptest::prelude::any::<u8>(), at in 0_usize..300) {
        let mut bytes = rss(&[item("Қорғас", "/1"), item("&amp; <![CDATA[ x ]]>", "/2")].concat()).into_bytes();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        bytes.truncate(cut);
        let _parsed = read(&bytes);
    }
}
