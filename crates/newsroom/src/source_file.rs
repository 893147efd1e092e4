//! The source file that points Qarauyl at a newsroom.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::Site;

/// Writes a source file for `sites`, served at `address`: no delay, sixteen connections, alerts from the first look.
pub fn source_file(sites: &[Site], address: SocketAddr) -> String {
    let mut text = String::from("# Written for a newsroom on loopback; of no use when it is closed.\n");
    let quoted = |value: &str| toml::Value::String(value.to_owned()).to_string();
    for site in sites {
        let base = format!("http://{}:{}", site.host, address.port());
        // Writing to a string cannot fail.
        let _written = write!(
            text,
            "\n[[source]]\nid = {}\nname = {}\ncountry = {}\nkind = {}\nlanguages = [{}]\nschedule = \"*/15 * * * *\"\n\
             first_look = \"alert\"\ndelay = \"0s\"\nconnections = 16\nenabled = true\n\
             [[source.endpoint]]\nkind = \"feed\"\nurl = {}\n",
            quoted(&site.id()),
            quoted(&site.name),
            quoted(&site.country),
            quoted(&site.kind),
            quoted(&site.language),
            quoted(&format!("{base}/feed.xml")),
        );
        if site.sitemap {
            let _written = write!(
                text,
                "[[source.endpoint]]\nkind = \"sitemap\"\nurl = {}\n",
                quoted(&format!("{base}/sitemap.xml"))
            );
        }
    }
    text
}
