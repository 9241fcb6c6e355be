"""feedparser, kept from regular expressions that go over the same letters again and again.

A thread is no help: they hold the whole process for as long as they take, which is hours for a
megabyte of blank lines, of an author's name or of encodings. Each is replaced by one that takes a
document's length. Of feedparser 6.0.14; this can go where it reads `tests/domain/connector/
test_feeds.py` by itself.
"""

import io
import re

import feedparser
from feedparser import encodings, sanitizer
from feedparser.mixin import _FeedParserMixin

from domain.connector.charsets import is_charset

LONGEST_AUTHOR = 1000
"""Letters; a longer one is a name, whatever address stands in it."""

sanitizer.RE_ENTITY_PATTERN = re.compile(rb"<!ENTITY([^<>]*)>")
sanitizer.RE_DOCTYPE_PATTERN = re.compile(rb"<!DOCTYPE([^<>]*)>")
encodings.RE_XML_PI_ENCODING = re.compile(
    rb"(?i)^<\?[^<>]{0,500}?encoding=['\"](?![^'\"<>]{0,100}(?:idna|punycode|undefined))"
    rb"([^'\"<>]{0,100})['\"][^<>]{0,500}\?>"
)
_tell_author = _FeedParserMixin._sync_author_detail  # noqa: SLF001 - see above


def _tell_short_author(parser: _FeedParserMixin, key: str = "author") -> None:
    if len(parser._get_context().get(key) or "") <= LONGEST_AUTHOR:  # noqa: SLF001 - see above
        _tell_author(parser, key)


_FeedParserMixin._sync_author_detail = _tell_short_author  # noqa: SLF001 - see above


def parse_feed(body: bytes, content_type: str) -> feedparser.FeedParserDict:
    """What feedparser finds, addresses as they stand. It sees bytes only and fetches nothing."""
    kind, _, rest = content_type.partition(";")
    named = rest.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    return feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": content_type if is_charset(named) else kind},
        resolve_relative_uris=False,
        # Markup is thrown away altogether, see `plain`.
        sanitize_html=False,
    )
