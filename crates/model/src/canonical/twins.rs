//! Twins: AMP and mobile forms of one page, and the spellings of its address that servers answer alike.
//!
//! What is exact (the caches that Google and others run for AMP pages) changes the address itself. What is only
//! likely (`m.` hosts, `/amp` endings) makes the [`identity`]: it says that two addresses are one article, and is
//! never fetched, so that a wrong guess costs no page.

use url::Url;

use super::registered_domain;

/// Host labels under which sites serve a second form of their pages.
const TWIN_LABELS: &[&str] = &["www.", "m.", "mobile.", "wap.", "amp.", "touch.", "3g."];
/// File names that servers send for a folder.
const INDEX_PAGES: &[&str] = &[
    "index.html",
    "index.htm",
    "index.shtml",
    "index.xhtml",
    "index.php",
    "index.asp",
    "index.aspx",
    "index.jsp",
    "default.htm",
    "default.html",
    "default.asp",
    "default.aspx",
];
/// Parameters by which a page is asked for in its AMP or mobile form.
const TWIN_PAIRS: &[&str] =
    &["amp", "amp=1", "amp=true", "amp=", "outputtype=amp", "amp_markup=1", "mobile=1", "m=1", "isamp=1"];

/// Returns the publisher's address behind an AMP cache or viewer.
///
/// Forms: `https://www.google.com/amp/s/HOST/PATH` (also under other Google domains) and
/// `https://HOST-WITH-DASHES.cdn.ampproject.org/c/s/HOST/PATH` (`c` page, `v` viewer; `s/` for https); source: AMP
/// Project, "AMP Cache URL Format".
pub(super) fn behind_amp_cache(url: &Url) -> Option<Url> {
    let path = url.path();
    let rest = match viewer(url.host_str()?)? {
        Viewer::Cache => path.strip_prefix("/c/").or_else(|| path.strip_prefix("/v/"))?,
        Viewer::Google => path.strip_prefix("/amp/")?,
    };
    let (scheme, page) = rest.strip_prefix("s/").map_or(("http", rest), |page| ("https", page));
    let mut inner = Url::parse(&format!("{scheme}://{page}")).ok()?;
    // A publisher has a name: `7` would be read as an address, 0.0.0.7.
    if inner.domain().is_none_or(|host| !host.contains('.')) {
        return None;
    }
    // The viewer's own parameters (`amp_js_v`, `usqp`) are not the page's.
    let kept = url.query().map(|query| query.split('&').filter(|pair| !is_viewers(pair)).collect::<Vec<_>>());
    let kept = kept.map(|pairs| pairs.join("&")).filter(|query| !query.is_empty());
    inner.set_query(kept.as_deref());
    Some(inner)
}

/// Who shows pages of others.
enum Viewer {
    Cache,
    Google,
}

fn viewer(host: &str) -> Option<Viewer> {
    if host.ends_with(".cdn.ampproject.org") || host == "cdn.ampproject.org" {
        Some(Viewer::Cache)
    } else {
        registered_domain(host).starts_with("google.").then_some(Viewer::Google)
    }
}

fn is_viewers(pair: &str) -> bool {
    pair.is_empty() || pair.starts_with("amp_") || pair.starts_with("usqp=")
}

/// Returns what all spellings of one page's address have in common: host and path without scheme, `www.`, mobile and
/// AMP forms, index page and last slash, the query in order.
pub(super) fn identity(url: &Url) -> String {
    let host = plain_host(url.host_str().unwrap_or_default());
    // With a piece taken away, a viewer's path would say another page.
    let path = if viewer(host).is_some() { url.path().to_owned() } else { plain_path(url.path()) };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut pairs: Vec<&str> = url.query().map(|query| query.split('&').collect()).unwrap_or_default();
    pairs.retain(|pair| !TWIN_PAIRS.contains(&pair.to_ascii_lowercase().as_str()));
    pairs.sort_unstable();
    pairs.dedup();
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{host}{port}{path}{query}{fragment}")
}

fn plain_host(host: &str) -> &str {
    let domain = registered_domain(host);
    let mut plain = host;
    while let Some(rest) = TWIN_LABELS.iter().find_map(|label| plain.strip_prefix(label)) {
        // `m.kz` is a name of its own, and so is `www.gov.kz`.
        if registered_domain(rest) != domain || !rest.contains('.') {
            break;
        }
        plain = rest;
    }
    plain
}

fn plain_path(path: &str) -> String {
    let mut plain = path.trim_end_matches('/').to_owned();
    loop {
        let shorter = shorter(&plain);
        if shorter == plain {
            return plain;
        }
        plain = shorter;
    }
}

/// Takes one twin's mark off a path.
fn shorter(path: &str) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let small = file.to_ascii_lowercase();
    if INDEX_PAGES.contains(&small.as_str()) || small == "amp" && !folder.is_empty() {
        return folder.trim_end_matches('/').to_owned();
    }
    for (twin, page) in [(".amp.html", ".html"), (".amp.htm", ".htm"), (".amp", "")] {
        if let Some(stem) = path.strip_suffix(twin).filter(|stem| !stem.ends_with('/')) {
            return format!("{stem}{page}");
        }
    }
    if let Some(rest) = path.strip_prefix("/amp/").filter(|rest| !rest.is_empty()) {
        return format!("/{}", rest.trim_end_matches('/'));
    }
    path.trim_end_matches('/').to_owned()
}
