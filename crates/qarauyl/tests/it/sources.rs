//! New sources from the command line: found on a loopback site, or taken over from another reader's list.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use crate::house::{qarauyl, said};

/// A site with a page, a feed and nothing else.
fn site() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(request.get(..read).unwrap_or_default()).into_owned();
            let (status, body) = match request.split(' ').nth(1).unwrap_or_default() {
                "/" => (
                    "200 OK",
                    "<title>Дала жаршысы</title><link rel=alternate type=application/rss+xml href=/feed>",
                ),
                "/feed" => (
                    "200 OK",
                    "<rss version='2.0'><channel><item><title>Қорғас бекетінде жаңа терминал ашылды</title><link>/1</link>\
                     <pubDate>Mon, 23 Nov 2026 10:00:00 +0500</pubDate></item></channel></rss>",
                ),
                "/news" => (
                    "200 OK",
                    "<title>Жаңа терминал</title><h1>Жаңа терминал</h1><div class=text><p>Бекетте дүйсенбіде жаңа терминал ашылды, деп \
                     хабарлады кеден қызметі. Кезек екі есе азайды.</p></div><p class=more>Басқа жаңалықтар мен хабарландырулар осы жерде \
                     жарияланады, оқырмандар назарына.</p>",
                ),
                _ => ("404 Not Found", ""),
            };
            let kind = if body.starts_with("<title") { "text/html; charset=utf-8" } else { "text/xml" };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    address
}

fn house(address: SocketAddr) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    std::fs::create_dir(home.path().join("known")).unwrap();
    let settings = format!(
        "[sources]\ndirectory = \"known\"\n[fetcher]\ndelay = \"0s\"\nexempt = [{{ suffix = \".test\", address = \"{address}\" }}]\n"
    );
    std::fs::write(home.path().join("qarauyl.toml"), settings).unwrap();
    home
}

#[test]
fn a_page_is_fetched_with_the_manners_of_its_source_and_read_by_its_rules() {
    let home = house(site());
    let file = |proxy: &str| {
        format!(
            "[[source]]\nid = \"dala\"\nname = \"Dala\"\ncountry = \"KZ\"\nkind = \"independent\"\nlanguages = [\"kk\"]\nowner = \"\"\nschedule = \"auto\"\n\
             {proxy}enabled = true\n[source.rules]\ncontent = \".text\"\n[[source.endpoint]]\nkind = \"feed\"\n\
             url = \"http://dala.test/feed\"\n"
        )
    };
    let known = home.path().join("known/dala.toml");
    let extract = ["extract", "http://dala.test/news", "--source", "dala"];
    std::fs::write(&known, file("")).unwrap();
    let read = qarauyl(home.path(), &extract);
    assert!(read.status.success(), "{}", said(&read));
    assert!(said(&read).contains("кеден қызметі") && said(&read).contains("site rules"), "{}", said(&read));
    // A proxy that nobody serves: nothing is fetched past it.
    std::fs::write(&known, file("proxy = \"socks5h://127.0.0.1:9\"\n")).unwrap();
    let refused = qarauyl(home.path(), &extract);
    assert!(!refused.status.success() && !said(&refused).contains("кеден"), "{}", said(&refused));
    let nameless = qarauyl(home.path(), &["extract", "http://dala.test/news"]);
    assert!(!nameless.status.success() && said(&nameless).contains("--source"), "{}", said(&nameless));
}

#[test]
fn a_site_becomes_a_source_file_and_nothing_is_overwritten() {
    let home = house(site());
    let tried = qarauyl(home.path(), &["source", "add", "http://dala.test/", "--dry-run"]);
    assert!(tried.status.success() && said(&tried).contains("Nothing was written"), "{}", said(&tried));
    assert!(!home.path().join("sources").exists());
    let added = qarauyl(
        home.path(),
        &["source", "add", "http://dala.test/", "--country", "KZ", "--kind", "independent"],
    );
    assert!(added.status.success(), "{}", said(&added));
    let text = std::fs::read_to_string(home.path().join("sources/dala.toml")).unwrap();
    for part in [
        "id = \"dala\"",
        "name = \"Дала жаршысы\"",
        "country = \"KZ\"",
        "languages = [\"kk-Cyrl\"]",
        "# 1 entries, newest of 2026-11-23, kk-Cyrl, announced by the page.",
        "url = \"http://dala.test/feed\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let checked = qarauyl(home.path(), &["config", "check"]);
    assert!(checked.status.success() && said(&checked).contains("1 sources"), "{}", said(&checked));
    let again = qarauyl(home.path(), &["source", "add", "http://dala.test/"]);
    assert!(!again.status.success() && said(&again).contains("--id"), "{}", said(&again));
    let twin =
        qarauyl(home.path(), &["source", "add", "http://d\u{430}la.test/", "--id", "twin", "--dry-run"]);
    assert!(said(&twin).contains("looks like `dala.test`"), "{}", said(&twin));
}

#[test]
fn a_list_of_another_reader_is_taken_over_and_written_back() {
    let home = house("127.0.0.1:9".parse().unwrap());
    let list = home.path().join("My feeds.opml");
    std::fs::write(
        &list,
        "<opml version='1.0'><body><outline text='KZ'><outline text='Steppe & Co' xmlUrl='https://steppe.example/rss'/>\
         <outline text='Ili' xmlUrl='https://ili.example/feed'></outline></outline>\
         <outline text='Again' xmlUrl='http://www.steppe.example/rss/'/></body>",
    )
    .unwrap();
    let file = list.to_str().unwrap();
    let imported = qarauyl(home.path(), &["source", "import", file]);
    assert!(
        imported.status.success() && said(&imported).contains("twice in the list: http://www."),
        "{}",
        said(&imported)
    );
    let checked = qarauyl(home.path(), &["config", "check"]);
    assert!(said(&checked).contains("2 sources, 0 of them switched on"), "{}", said(&checked));
    let again = qarauyl(home.path(), &["source", "import", file]);
    assert_eq!(again.status.code(), Some(3), "{}", said(&again));
    let exported = said(&qarauyl(home.path(), &["source", "export"]));
    assert!(
        exported.contains("text=\"Steppe &amp; Co\"")
            && exported.contains("xmlUrl=\"https://ili.example/feed\""),
        "{exported}"
    );
    std::fs::write(&list, "<rss></rss>").unwrap();
    let wrong = qarauyl(home.path(), &["source", "import", file]);
    assert!(!wrong.status.success() && said(&wrong).contains("no OPML"), "{}", said(&wrong));
}
