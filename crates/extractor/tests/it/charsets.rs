//! A page in each charset that the watched press uses, named by the header, by a meta element, by nothing, or wrongly.

use encoding_rs::{BIG5, Encoding, GB18030, KOI8_R, UTF_8, UTF_16LE, WINDOWS_1251, WINDOWS_1254};
use extractor::{Page, extract};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const RUSSIAN: &str = "В сухом порту на границе заработал новый железнодорожный склад, сообщили в администрации. Строительство заняло три года, и рабочих мест станет больше.";
const KAZAKH: &str = "Қорғас құрғақ портында жаңа темір жол қоймасы іске қосылды, деп хабарлады порт басшылығы. Құрылысқа үш жыл уақыт кетті.";
const CHINESE: &str = "口岸新建的铁路仓库日前正式投入使用，管理部门负责人在现场介绍了有关情况。新仓库每年可接收三十万个集装箱，工程历时三年建成。";
const TRADITIONAL: &str = "口岸新建的鐵路倉庫日前正式投入使用，管理部門負責人在現場介紹了有關情況。新倉庫每年可接收三十萬個集裝箱，工程歷時三年建成。";
const TURKISH: &str = "Kuru limanda yeni bir demiryolu deposu hizmete girdi, liman yönetimi duyurdu. İnşaat üç yıl sürdü, şimdi dört saat yetiyor ve eğitim gelecek ay başlayacak.";

fn check(encoding: &'static Encoding, text: &str, header: &str, meta: &str) {
    let html = format!(
        "<html><head>{meta}<title>Title</title></head><body><h1>Title</h1><p>{text}</p></body></html>"
    );
    let bytes = encode(encoding, &html);
    let page = Page {
        bytes: &bytes,
        url: None,
        content_type: header,
        rules: None,
        zone: TimeZone::UTC,
        fetched: Timestamp::UNIX_EPOCH,
    };
    let read = extract(&page).unwrap();
    assert_eq!(read.blocks[0].text, text, "{} header `{header}` meta `{meta}`", encoding.name());
}

fn encode(encoding: &'static Encoding, html: &str) -> Vec<u8> {
    if encoding == UTF_16LE {
        let units = std::iter::once(0xfeff).chain(html.encode_utf16());
        return units.flat_map(u16::to_le_bytes).collect();
    }
    encoding.encode(html).0.into_owned()
}

#[test]
fn the_header_names_the_charset() {
    check(GB18030, CHINESE, "text/html; charset=gb2312", "");
    check(BIG5, TRADITIONAL, "text/html; charset=big5", "");
    check(WINDOWS_1251, RUSSIAN, "text/html; charset=windows-1251", "");
    check(KOI8_R, RUSSIAN, "text/html; charset=KOI8-R", "");
    check(WINDOWS_1254, TURKISH, "text/html; charset=iso-8859-9", "");
    check(UTF_8, KAZAKH, "text/html; charset=utf-8", "");
}

#[test]
fn a_meta_element_names_the_charset() {
    check(GB18030, CHINESE, "text/html", "<meta http-equiv='Content-Type' content='text/html; charset=gbk'>");
    check(BIG5, TRADITIONAL, "", "<meta charset=big5>");
    check(WINDOWS_1251, RUSSIAN, "", "<meta charset=\"windows-1251\">");
    check(KOI8_R, RUSSIAN, "", "<meta charset='koi8-r'>");
    check(WINDOWS_1254, TURKISH, "", "<meta charset=windows-1254>");
}

#[test]
fn the_bytes_themselves_tell_the_charset() {
    check(GB18030, CHINESE, "", "");
    check(BIG5, TRADITIONAL, "", "");
    check(WINDOWS_1251, RUSSIAN, "", "");
    check(KOI8_R, RUSSIAN, "", "");
    check(WINDOWS_1254, TURKISH, "", "");
    check(UTF_8, KAZAKH, "", "");
    check(UTF_16LE, KAZAKH, "", "");
}

#[test]
fn a_wrong_label_is_not_believed() {
    check(GB18030, CHINESE, "text/html; charset=utf-8", "");
    check(WINDOWS_1251, RUSSIAN, "text/html; charset=utf-8", "<meta charset=utf-8>");
    check(UTF_8, KAZAKH, "text/html; charset=windows-1251", "");
    check(UTF_8, CHINESE, "text/html; charset=gb2312", "<meta charset=gb2312>");
    check(UTF_8, TURKISH, "text/html; charset=iso-8859-1", "");
}
