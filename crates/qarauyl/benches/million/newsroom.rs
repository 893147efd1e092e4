//! The newsroom on loopback that the running house reads: it publishes new articles one by one, and still has the page of
//! every article that the house was filled with.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::folder::Folder;
use crate::press::{Press, host, path};

/// So many items stand in a feed.
const NEWEST: usize = 30;

pub(crate) struct Newsroom {
    folder: Arc<Folder>,
    press: Arc<Press>,
    /// What was published since the house was filled, and when.
    published: Mutex<BTreeMap<u64, Timestamp>>,
}

impl Newsroom {
    /// Opens the newsroom; it is open until the process ends.
    pub(crate) fn open(folder: &Arc<Folder>, press: &Arc<Press>) -> Arc<Self> {
        let listener = TcpListener::bind(("127.0.0.1", folder.plan.newsroom)).unwrap();
        let newsroom = Arc::new(Self {
            folder: Arc::clone(folder),
            press: Arc::clone(press),
            published: Mutex::default(),
        });
        let open = Arc::clone(&newsroom);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let newsroom = Arc::clone(&open);
                // Whoever hangs up gets no answer.
                std::thread::spawn(move || drop(newsroom.answer(stream)));
            }
        });
        newsroom
    }

    /// Publishes an article.
    pub(crate) fn publish(&self, number: u64, now: Timestamp) {
        self.published.lock().unwrap().insert(number, now);
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let asked = lines.next().transpose()?.unwrap_or_default();
        let asked = asked.split(' ').nth(1).unwrap_or_default();
        let mut outlet = None;
        for line in lines {
            let line = line?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            let named = line.strip_prefix("host: outlet-").and_then(|rest| rest.get(..2));
            outlet = named.and_then(|number| number.parse::<usize>().ok()).or(outlet);
        }
        let (status, kind, body) = match outlet.and_then(|outlet| self.body(outlet, asked)) {
            Some((kind, body)) => ("200 OK", kind, body),
            None => ("404 Not Found", "text/plain", "no such page".to_owned()),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    }

    fn body(&self, outlet: usize, asked: &str) -> Option<(&'static str, String)> {
        match asked {
            "/robots.txt" => Some(("text/plain", "User-agent: *\nDisallow:\n".to_owned())),
            "/feed.xml" => Some(("application/rss+xml", self.feed(outlet))),
            _ => {
                let number = asked.strip_prefix("/news/")?.strip_suffix(".html")?.parse().ok()?;
                let is_new = number > self.folder.plan.articles;
                let time = if is_new {
                    *self.published.lock().unwrap().get(&number)?
                } else {
                    self.folder.time(number)
                };
                Some(("text/html", self.press.write(number).page(&time.to_string())))
            }
        }
    }

    fn feed(&self, outlet: usize) -> String {
        let base = format!("http://{}:{}", host(outlet), self.folder.plan.newsroom);
        let mut feed = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>Outlet {outlet}</title><link>{base}/</link>\
             <description>News</description>"
        );
        let published = self.published.lock().unwrap().clone();
        let own = published.into_iter().rev().filter(|(number, _)| self.press.outlet(*number) == outlet);
        for (number, time) in own.take(NEWEST) {
            let written = self.press.write(number);
            let time =
                time.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
            // Writing to a string cannot fail.
            let _written = write!(
                feed,
                "<item><title>{}</title><link>{base}{path}</link><guid>{base}{path}</guid><pubDate>{time}</pubDate>\
                 <description>{}</description></item>",
                written.title,
                written.summary(),
                path = path(number),
            );
        }
        feed.push_str("</channel></rss>");
        feed
    }
}
