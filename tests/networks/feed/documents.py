"""Feeds as they come, and a server that gives them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from domain.connector.http import Call, Reply
from domain.connector.words import Access, Grant

URL = "https://village.example/feed"
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
ACCESS = Access(server=URL, remote_id=URL, handle="village.example/feed", grant=Grant("public"))

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>The village &amp; its square</title><link>https://village.example/</link>
<language>fr</language><ttl>60</ttl>
<item><title>Second &lt;b&gt;bread&lt;/b&gt;</title><link>/second</link>
<guid isPermaLink="false">two</guid><pubDate>Sun, 22 Nov 2026 10:30:00 +0100</pubDate>
<dc:creator>Ada</dc:creator>
<description>short</description>
<content:encoded><![CDATA[<p>Warm &amp; fresh<script>steal()</script></p>
<p>Come <a href="https://x.example">in</a>!</p>]]></content:encoded></item>
<item><title>First</title><link>https://village.example/first</link>
<pubDate>Sat, 21 Nov 2026 08:00:00 GMT</pubDate><description>1 &lt; 2</description></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">
<title>Dorf</title><id>urn:dorf</id><link href="https://village.example/"/>
<entry><id>urn:1</id><title type="html">Ein &lt;i&gt;Tag</title>
<updated>2026-11-22T09:00:00Z</updated><link href="https://village.example/1"/>
<author><name>Bruno</name><uri>https://village.example/bruno</uri></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Eins</p><p>Zwei</p></div>
</content></entry></feed>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns="http://purl.org/rss/1.0/"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://village.example/rdf">
<title>Old village</title><link>https://village.example/</link><description>x</description></channel>
<item rdf:about="https://village.example/old"><title>Old news</title>
<link>https://village.example/old</link><dc:date>2026-11-20T12:00:00+01:00</dc:date>
<description>Still true</description></item></rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Village",
"home_page_url": "https://village.example/", "language": "en", "authors": [{"name": "Chloe"}],
"items": [{"id": 7, "url": "/seven", "title": "Seven", "content_html": "<p>One<br>two</p>",
"date_published": "2026-11-22T08:00:00+01:00"}, "broken", {"id": "t", "content_text": "a < b"}]}"""

PAGE = """<!doctype html><html><head><base href="https://village.example/blog/">
<link rel="alternate" type="application/rss+xml" title="Comments" href="comments.xml">
<link rel="Alternate" type="application/atom+xml; charset=utf-8" title="News" href="news.xml">
</head><body>Hello</body></html>"""


def answer(
    body: str | bytes = "", status: int = 200, kind: str = "application/xml", **headers: str
) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body.encode() if isinstance(body, str) else body
    return Reply(status, {"content-type": kind, "date": DATE, **named}, content, URL)


@dataclass
class Server:
    """Gives its answers in order, or by address; keeps the calls."""

    answers: list[Reply] | dict[str, Reply] | Callable[[Call], Reply]
    calls: list[Call] = field(default_factory=list)

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        if isinstance(self.answers, dict):
            found = self.answers[call.url]
        elif isinstance(self.answers, list):
            found = self.answers.pop(0)
        else:
            found = self.answers(call)
        return Reply(found.status, found.headers, found.body, call.url)

    @property
    def urls(self) -> list[str]:
        return [call.url for call in self.calls]
