//! What tests start from: a house with articles in several scripts, its index, and a request in one line.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use indexer::TantivyIndex;
use model::{FirstLook, StoryId, VersionId};
use query::Lexicon;
use store::Matching;
use test_support::TestHouse;
use tower::ServiceExt;
use web::{App, Config, router};

const LEXICON: &str = r#"
[[entity]]
id = "khorgos"
kind = "place"
kk-Cyrl = ["Қорғас"]
kk-Arab = ["قورعاس"]
zh = ["霍尔果斯"]
ru = ["Хоргос"]
en = ["Khorgos"]
"#;

/// Name, title and text; the name is the end of the address.
pub(crate) const ARTICLES: &[(&str, &str, &str)] = &[
    (
        "kk",
        "قورعاستا جاڭا تەرمينال",
        "قورعاستاعى قۇرعاق پورتتا دۇيسەنبى كۇنى جاڭا تەرمينال اشىلدى دەپ حابارلادى.",
    ),
    (
        "en",
        "Port <script>alert(1)</script>",
        "The dry port of Khorgos was opened on Monday, and officials <b>spoke</b> for an hour.",
    ),
    ("zh", "霍尔果斯口岸新站台", "据报道，霍尔果斯口岸星期一启用了新的站台，官员出席了仪式。"),
    (
        "copy",
        "Dry port opened",
        "The dry port of Khorgos was opened on Monday, and officials <b>spoke</b> for an hour.",
    ),
];

/// The two tellings of one story among the articles.
const TELLINGS: [i64; 2] = [2, 4];

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A house with its pages.
pub(crate) struct Given {
    pub(crate) house: TestHouse,
    pub(crate) app: App,
}

impl Given {
    pub(crate) async fn house() -> Self {
        let given = Self::empty().await;
        given.house.publish(ARTICLES).await;
        let mut versions = Vec::new();
        for number in (1_i64..).take(ARTICLES.len()) {
            let mut version = given.app.store.version(VersionId(number)).await.unwrap().unwrap();
            version.article.story = TELLINGS.contains(&number).then_some(StoryId(7));
            versions.push(version);
        }
        given.app.index.put(&versions).unwrap();
        given
    }

    pub(crate) async fn empty() -> Self {
        let house = TestHouse::open(FirstLook::Alert).await;
        let lexicon = Arc::new(Lexicon::from_toml([("test.toml", LEXICON)]).unwrap());
        let config = indexer::Config { directory: house.folder().join("index"), memory_bytes: 15_000_000 };
        let index = Arc::new(TantivyIndex::open(&config, Arc::clone(&lexicon)).unwrap());
        let (store, clock) = (Arc::clone(&house.store), house.clock.clone());
        let app = App { store, index, lexicon, clock, locked: false };
        Self { house, app }
    }

    pub(crate) async fn ask(&self, method: Method, address: &str, headers: &[(&str, &str)]) -> Answer {
        let hosts = vec!["localhost".to_owned()];
        let web = Config { listen: "127.0.0.1:0".to_owned(), hosts };
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router(self.app.clone(), &web).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1_000_000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, address: &str) -> Answer {
        self.ask(Method::GET, address, &[(header::HOST.as_str(), "localhost:8391")]).await
    }
}

/// Asks a house of its own for one page.
pub(crate) async fn get(address: &str) -> Answer {
    Given::house().await.get(address).await
}

/// What a page shows below `from`: the same head and foot on every page would only make snapshots longer. Hashes of
/// texts are another crate's to choose.
pub(crate) fn assert_shows(name: &str, page: &Answer, from: &str) {
    let shown = page.body.split_once(from).map_or("", |(_, rest)| rest);
    let shown = shown.split("</main>").next().unwrap_or_default();
    insta::with_settings!({ filters => vec![("[0-9a-f]{64}", "[hash]")] }, {
        insta::assert_snapshot!(name, shown);
    });
}
