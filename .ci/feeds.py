#!/usr/bin/env python3
"""Damaged feeds, read by us and by feedparser: no entry (address and title) that feedparser finds may be lost.

usage: feeds.py make DIR          writes the corpus: every kind of damage on every format in every script
       feeds.py compare DIR OURS  compares what `read_feeds` printed into OURS; ends with 1 when an entry is lost
All outlets are invented. The corpus is made anew each time and is the same each time.
"""
import difflib, html, json, os, re, sys, unicodedata

BASE = "https://news.example/feed/rss.xml"
TEXTS = {
    "kk-Cyrl": ("Қорғас бекетінде жаңа терминал ашылды", "Жүк тасымалы қайта басталды", "Құлжадағы қазақтар туралы есеп"),
    "kk-Arab": ("قورعاس كەدەنىندە جاڭا تەرمينال اشىلدى", "جۇك تاسىمالى قايتا باستالدى", "قۇلجاداعى قازاقتار تۋرالى ەسەپ"),
    "kk-Latn": ("Qorğas bekетinde jaña terminal aşıldı", "Jük tasımalı qayta bastaldı", "Quljadağı qazaqtar turalı esep"),
    "ug-Arab": ("قورغاستا يېڭى تېرمىنال ئېچىلدى", "يۈك توشۇش قايتا باشلاندى", "غۇلجىدىكى قازاقلار ھەققىدە دوكلات"),
    "ru": ("В Хоргосе открыт новый терминал", "Грузовые перевозки возобновлены на границе", "Доклад о казахах Кульджи"),
    "zh": ("霍尔果斯口岸开通新的货运列车", "边境口岸恢复通关 货运恢复正常", "关于伊宁哈萨克族的报告发表"),
    "en": ("New terminal opens at Khorgos", "Freight resumes across the border", "Report on the Kazakhs of Ghulja"),
}
DATES = ("Mon, 23 Nov 2026 10:00:00 +0600", "Sun, 22 Nov 2026 09:30:00 GMT", "Sat, 21 Nov 2026 08:00:00 +0000")
ISO = ("2026-11-23T10:00:00+06:00", "2026-11-22T09:30:00Z", "2026-11-21T08:00:00Z")
# Text in a legacy charset, where the script has one.
LEGACY = {"ru": ("windows-1251", "koi8-r"), "zh": ("gb18030", "gbk", "big5"), "en": ("windows-1252", "iso-8859-1")}


def links():
    return ["https://news.example/%s" % name for name in ("2026/11/23/border-7", "article/8.html", "n/9/")]


def x(text):
    return html.escape(text, quote=False)


def rss(script, version='version="2.0"'):
    items = "".join(
        f"<item><title>{x(t)}</title><link>{l}</link><guid isPermaLink=\"false\">id-{i}</guid><pubDate>{DATES[i]}</pubDate>"
        f"<description>{x(t)}. {x('<p>' + t + '</p>')}</description></item>\n"
        for i, (t, l) in enumerate(zip(TEXTS[script], links())))
    return f'<rss {version}><channel><title>Steppe Herald</title><link>https://news.example/</link><description>d</description>\n{items}</channel></rss>'


def rss_content(script):
    items = "".join(
        f"<item>\n  <title><![CDATA[{t}]]></title>\n  <link>\n{l}\n</link>\n  <guid>{l}</guid><dc:date>{ISO[i]}</dc:date>"
        f"<content:encoded><![CDATA[<p>{t} <a href=\"https://other.example/\">a</a></p>]]></content:encoded></item>\n"
        for i, (t, l) in enumerate(zip(TEXTS[script], links())))
    return ('<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f'<channel><title>Steppe Herald</title><link>https://news.example/</link><description>d</description>\n{items}</channel></rss>')


def rdf(script):
    items = "".join(
        f'<item rdf:about="{l}"><title>{x(t)}</title><link>{l}</link><description>{x(t)}</description><dc:date>{ISO[i]}</dc:date></item>\n'
        for i, (t, l) in enumerate(zip(TEXTS[script], links())))
    return ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            '<channel rdf:about="https://news.example/"><title>Steppe Herald</title><link>https://news.example/</link><description>d</description></channel>\n'
            f'{items}</rdf:RDF>')


def atom(script, ns="http://www.w3.org/2005/Atom"):
    items = "".join(
        f'<entry><title type="text">{x(t)}</title><id>tag:news.example,2026:{i}</id><link rel="replies" href="{l}/c"/>'
        f'<link rel="alternate" type="text/html" href="{l}"/><updated>{ISO[i]}</updated><published>{ISO[i]}</published>'
        f'<author><name>A</name></author><summary type="html">{x("<p>" + t + "</p>")}</summary></entry>\n'
        for i, (t, l) in enumerate(zip(TEXTS[script], links())))
    return f'<feed xmlns="{ns}"><title>Steppe Herald</title><id>tag:news.example,2026:f</id><updated>{ISO[0]}</updated>\n{items}</feed>'


FORMATS = {
    "rss20": rss,
    "rss-content": rss_content,
    "rss091": lambda s: rss(s, 'version="0.91"'),
    "rss092": lambda s: rss(s, 'version="0.92"'),
    "rss-none": lambda s: rss(s, ""),
    "rss-200": lambda s: rss(s, 'version="2.00"'),
    "rdf": rdf,
    "atom": atom,
    "atom03": lambda s: atom(s, "http://purl.org/atom/ns#"),
}
HEAD = '<?xml version="1.0" encoding="%s"?>\n'
END = re.compile(r"</(rss|feed|rdf:RDF)>\s*$")


def first(text, old, new):
    return text.replace(old, new, 1)


def in_title(text, new):
    """Adds something to the first item's title."""
    at = re.search(r"<(item|entry)\b", text).start()
    return text[:at] + re.sub(r"(<title[^>]*>(?:<!\[CDATA\[)?)", lambda m: m.group(1) + new, text[at:], count=1)


def cut(share):
    return lambda t: t[: int(len(t) * share)]


# Damage to the text; bytes are UTF-8 and labelled so.
TEXT_DAMAGE = {
    "none": lambda t: t,
    "amp": lambda t: in_title(t, "A & B "),
    "amp-link": lambda t: t.replace("article/8.html", "article/8.html?a=1&b=2"),
    "amp-everywhere": lambda t: t.replace("</title>", " & more</title>"),
    "amp-no-semicolon": lambda t: in_title(t, "A &amp B &copy C "),
    "entity-nbsp": lambda t: in_title(t, "A&nbsp;B "),
    "entity-quotes": lambda t: in_title(t, "&laquo;A&raquo; &mdash; &hellip; "),
    "entity-unknown": lambda t: in_title(t, "&nosuch; "),
    "entity-zero": lambda t: in_title(t, "a&#0;b "),
    "entity-bad": lambda t: in_title(t, "a&#xFFFF;b&#x110000; "),
    "entity-1252": lambda t: in_title(t, "a &#150; b "),
    "entity-declared": lambda t: '<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>' + in_title(t, "A&nbsp;B "),
    "entity-bomb": lambda t: "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\">" + "".join(
        f'<!ENTITY {chr(98 + i)} "{("&%s;" % chr(97 + i)) * 10}">' for i in range(9)) + "]>" + in_title(t, "&j; "),
    "entity-file": lambda t: '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + in_title(t, "&x; "),
    "doctype": lambda t: '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">' + t,
    "doctype-html": lambda t: "<!DOCTYPE html>" + t,
    "nul": lambda t: in_title(t, "a\0b "),
    "control": lambda t: in_title(t, "a\x0b\x1f\x08b "),
    "nonchar": lambda t: in_title(t, "a\ufffe\uffffb "),
    "lt": lambda t: in_title(t, "5 < 6 "),
    "lt-letter": lambda t: in_title(t, "a<b "),
    "tag-open": lambda t: in_title(t, "A <b> B "),
    "tag-br": lambda t: in_title(t, "A<br>B "),
    "tag-crossed": lambda t: in_title(t, "<b><i>A</b></i> "),
    "cdata-end": lambda t: in_title(t, "A ]]> B "),
    "cdata-open": lambda t: in_title(t, "<![CDATA[A ") if "CDATA" not in t else t,
    "no-root-end": lambda t: END.sub("", t),
    "no-ends": lambda t: t.replace("</channel>", "").replace("</rss>", "").replace("</feed>", "").replace("</rdf:RDF>", ""),
    "no-item-end": lambda t: first(first(t, "</item>", ""), "</entry>", ""),
    "no-item-ends": lambda t: t.replace("</item>", "").replace("</entry>", ""),
    "no-title-end": lambda t: re.sub(r"(<(?:item|entry)\b.*?)</title>", r"\1", t, count=1, flags=re.S),
    "no-desc-end": lambda t: re.sub(r"</(description|summary|content:encoded)>(?=\s*(</(item|entry)>|<dc:date>))", "", t, count=1),
    "wrong-end": lambda t: re.sub(r"(<(?:item|entry)\b.*?)</title>", r"\1</titel>", t, count=1, flags=re.S),
    "extra-end": lambda t: first(first(t, "</item>", "</p></item>"), "</entry>", "</p></entry>"),
    "upper": lambda t: re.sub(r"</?(item|title|link|description|guid|pubDate|channel)\b", lambda m: m.group(0).upper(), t),
    "two-roots": lambda t: t + "\n" + t,
    "after-root": lambda t: t + "\n<!-- cached --><script>x()</script> \n done",
    "html-after": lambda t: t + "</body></html>",
    "junk-before": lambda t: "Notice: Undefined index: x in /var/www/feed.php on line 3\n" + t,
    "warning-before": lambda t: "<br />\n<b>Warning</b>:  mysql_connect() in <b>/var/www/a.php</b><br />\n" + t,
    "blank-before": lambda t: "\n\n  \t" + t,
    "comment-before": lambda t: "<!-- generated by x -- y -->\n" + t,
    "comment-bad": lambda t: first(first(t, "<item", "<!-- a -- b --><item"), "<entry", "<!-- a -- b --><entry"),
    "pi-inside": lambda t: first(first(t, "<item", "<?php echo 1 ?><item"), "<entry", "<?php echo 1 ?><entry"),
    "declared-twice": lambda t: (HEAD % "utf-8") + t,
    "prefix-undeclared": lambda t: first(first(t, "</item>", "<media:thumbnail url=\"https://news.example/a.jpg\"/></item>"), "</entry>", "<media:thumbnail url=\"https://news.example/a.jpg\"/></entry>"),
    "prefix-mixed": lambda t: first(first(t, "</item>", "<media:title>Not this</media:title></item>"), "</entry>", "<media:title>Not this</media:title></entry>"),
    "attribute-bare": lambda t: re.sub(r'isPermaLink="false"', "isPermaLink=false", t).replace('rel="alternate"', "rel=alternate"),
    "attribute-twice": lambda t: t.replace('isPermaLink="false"', 'isPermaLink="false" isPermaLink="false"').replace('rel="alternate"', 'rel="alternate" rel="alternate"'),
    "attribute-amp": lambda t: t.replace('article/8.html"', 'article/8.html?a=1&b=2"'),
    "link-relative": lambda t: t.replace("https://news.example/article", "/article"),
    "link-cdata": lambda t: re.sub(r"<link>(https://news.example/[^<]+)</link>", r"<link><![CDATA[\1]]></link>", t),
    "link-spaces": lambda t: re.sub(r"<link>(https://news.example/[^<]+)</link>", r"<link>\n\t \1 \n</link>", t),
    "link-guid": lambda t: re.sub(r"<link>(https://news.example/[^<]+)</link><guid isPermaLink=\"false\">[^<]*</guid>", r'<guid isPermaLink="true">\1</guid>', t),
    "link-href": lambda t: re.sub(r"<link>(https://news.example/\w[^<]+)</link>", r'<link href="\1"/>', t),
    "link-atom": lambda t: first(t, "<channel>", '<channel><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="https://news.example/feed/rss.xml"/>'),
    "base": lambda t: t.replace("<feed ", '<feed xml:base="https://news.example/" ').replace("<rss ", '<rss xml:base="https://news.example/" ').replace('href="https://news.example/', 'href="').replace("<link>https://news.example/a", "<link>a"),
    "guid-same": lambda t: re.sub(r"id-\d|2026:\d", "same", t),
    "guid-empty": lambda t: re.sub(r"<guid[^>]*>[^<]*</guid>|<id>[^<]*</id>", "<guid/>", t),
    "guid-none": lambda t: re.sub(r"<guid[^>]*>[^<]*</guid>|<id>[^<]*</id>", "", t),
    "date-bad": lambda t: re.sub(r"(<(pubDate|updated|published|dc:date)>)[^<]*", r"\g<1>23 қараша 2026 ж.", t),
    "date-empty": lambda t: re.sub(r"(<(pubDate|updated|published|dc:date)>)[^<]*", r"\g<1>", t),
    "title-empty": lambda t: re.sub(r"(<(?:item|entry)\b[^>]*>\s*)<title.*?</title>", r"\1<title/>", t, count=1, flags=re.S),
    "title-html": lambda t: re.sub(r"(<(?:item|entry)\b.*?<title)[^>]*>(?!<!)", r'\1 type="html">&lt;b&gt;A&lt;/b&gt; ', t, count=1, flags=re.S),
    "title-late": lambda t: re.sub(r"(<title[^>]*>[^<]*</title>)(<link>[^<]*</link>)", r"\2\1", t),
    "items-outside": lambda t: re.sub(r"(<channel>.*?<description>d</description>)", r"\1</channel>", t, flags=re.S).replace("</item>\n</channel></rss>", "</item>\n</rss>"),
    "source": lambda t: first(t, "</item>", '<source url="https://other.example/rss">Other</source></item>').replace("</entry>", "<source><title>Other</title><link href=\"https://other.example/\"/><id>o</id></source></entry>", 1),
    "crlf": lambda t: t.replace("\n", "\r\n"),
    "one-line": lambda t: t.replace("\n", ""),
    "long": lambda t: in_title(t, "ж" * 3000 + " "),
    "deep": lambda t: first(first(t, "</item>", "<x>" * 300 + "</x>" * 300 + "</item>"), "</entry>", "<x>" * 300 + "</x>" * 300 + "</entry>"),
}
for tenth in range(3, 10):
    TEXT_DAMAGE["cut-%d" % tenth] = cut(tenth / 10)


def byte_damage(script, text):
    """Damage to the bytes: (name, bytes, content type)."""
    utf8, head = text.encode(), (HEAD % "UTF-8").encode()
    plain = "application/rss+xml"
    title = TEXTS[script][0].encode()
    yield "no-declaration", utf8, plain
    yield "bom", b"\xef\xbb\xbf" + head + utf8, plain
    yield "bom-blank", b"\xef\xbb\xbf\n " + head + utf8, plain
    yield "bom-twice", b"\xef\xbb\xbf\xef\xbb\xbf" + head + utf8, plain
    for width in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        name = width[:6].upper()
        wide = ((HEAD % name) + text)
        mark = "\ufeff".encode(width)
        yield width, mark + wide.encode(width), plain
        if width.startswith("utf-16"):
            yield width + "-bare", wide.encode(width), plain
            yield width + "-label", mark + ((HEAD % "utf-8") + text).encode(width), plain
    yield "says-utf16", (HEAD % "UTF-16").encode() + utf8, plain
    yield "bad-byte", head + utf8.replace(title, title[:-4] + b"\xff" + title[-4:], 1), plain
    yield "bad-bytes", head + utf8.replace(title, b"\xc3\x28" + title + b"\xe2\x82", 1), plain
    yield "split-char", head + utf8.replace(title, title[:-1], 1), plain
    yield "surrogate", head + utf8.replace(title, b"\xed\xa0\x80" + title, 1), plain
    yield "header-1251", head + utf8, plain + "; charset=windows-1251"
    yield "header-latin", head + utf8, "text/xml; charset=iso-8859-1"
    yield "header-unknown", head + utf8, plain + "; charset=x-klingon"
    yield "header-html", head + utf8, "text/html; charset=utf-8"
    yield "header-plain", head + utf8, "text/plain"
    yield "header-none", head + utf8, ""
    yield "label-1251", (HEAD % "windows-1251").encode() + utf8, plain
    yield "label-gb", (HEAD % "gb2312").encode() + utf8, plain
    yield "label-unknown", (HEAD % "x-klingon").encode() + utf8, plain
    yield "label-ascii", (HEAD % "us-ascii").encode() + utf8, plain
    for charset in LEGACY.get(script, ()):
        try:
            old = text.encode(charset)
        except UnicodeEncodeError:
            old = text.encode(charset, "xmlcharrefreplace")
        yield "old-" + charset, (HEAD % charset).encode() + old, plain
        yield "old-" + charset + "-header", old, plain + "; charset=" + charset
        yield "old-" + charset + "-says-utf8", head + old, plain
        yield "old-" + charset + "-says-nothing", old, plain
        yield "old-" + charset + "-both-lie", head + old, plain + "; charset=utf-8"


def corpus():
    for form, write in FORMATS.items():
        for script in TEXTS:
            text = write(script)
            for name, damage in TEXT_DAMAGE.items():
                yield f"{form}.{script}.{name}", ((HEAD % "UTF-8") + damage(text)).encode(), "application/rss+xml"
            for name, data, kind in byte_damage(script, text):
                yield f"{form}.{script}.{name}", data, kind


def make(folder):
    os.makedirs(folder, exist_ok=True)
    count = 0
    for name, data, kind in corpus():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(data)
        with open(os.path.join(folder, name + ".type"), "w") as out:
            out.write(kind)
        count += 1
    print(f"{count} feeds")


def words(text):
    """What of a title must agree: its letters and digits, markup and the reading of broken bytes apart."""
    text = html.unescape(html.unescape(text or ""))
    text = re.sub(r"<[^<>]*>", " ", text)
    return "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum())


def is_as_good(ours, theirs, true):
    """A title that is cut at our limit of 500 letters is none lost; nor is one that is nearer to what was written."""
    if ours == theirs or theirs in ours or (len(ours) > 400 and theirs.startswith(ours)):
        return True
    near = lambda title: max(difflib.SequenceMatcher(None, title, t, autojunk=False).ratio() for t in true)
    return near(ours) >= near(theirs)


def compare(folder, ours):
    import feedparser
    mine = {row["file"]: row for row in map(json.loads, open(ours, encoding="utf-8"))}
    lost, theirs, found, better, truth_ours, truth_theirs, truth_all, failures = [], 0, 0, 0, 0, 0, 0, 0
    for name in sorted(mine):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        with open(os.path.join(folder, name + ".type")) as file:
            kind = file.read()
        headers = {"content-location": BASE, **({"content-type": kind} if kind else {})}
        try:
            entries = feedparser.parse(data, response_headers=headers)["entries"]
        except (ValueError, RecursionError):
            # Some damage is too much for it.
            entries, failures = [], failures + 1
        script = name.split(".")[1]
        true = [words(t) for t in TEXTS[script]]
        have = {}
        for entry in mine[name]["entries"]:
            have.setdefault(entry["link"].rstrip("/"), []).append(words(entry["title"]))
        found += len(mine[name]["entries"])
        links_of_theirs = set()
        for entry in entries:
            link, title = (entry.get("link") or "").strip().rstrip("/"), words(entry.get("title"))
            if not link.startswith("http"):
                continue
            theirs += 1
            links_of_theirs.add(link)
            titles = have.get(link)
            if titles is None:
                lost.append((name, "address", link))
            # The title that was written is right even where feedparser reads another one.
            elif title and not any(is_as_good(t, title, true) for t in titles):
                lost.append((name, "title", f"{title[:60]} | {titles[0][:60]}"))
        better += len(set(have) - links_of_theirs)
        for link, title in zip(links(), true):
            link = link.rstrip("/")
            truth_all += 1
            truth_ours += any(title in t for t in have.get(link, ()))
            truth_theirs += any(title in words(e.get("title")) and (e.get("link") or "").strip().rstrip("/") == link for e in entries)
    for row in lost[:40]:
        print("LOST", *row)
    print(json.dumps({"feeds": len(mine), "entries_of_feedparser": theirs, "entries_of_ours": found, "lost": len(lost),
                      "only_ours": better, "true_entries": truth_all, "true_and_whole_ours": truth_ours,
                      "true_and_whole_feedparser": truth_theirs, "feedparser_failed": failures}))
    return 1 if lost else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "make":
        make(sys.argv[2])
    elif len(sys.argv) == 4 and sys.argv[1] == "compare":
        sys.exit(compare(sys.argv[2], sys.argv[3]))
    else:
        sys.exit(__doc__)
