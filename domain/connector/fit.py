"""Whether a post fits a network: all misfits at once, judged without the bytes of any file."""

import re
from collections.abc import Iterator, Sequence

from domain.connector.counting import count, graphemes, hashtags, mentions
from domain.connector.facts import Misfit, PartFacts
from domain.connector.fit_media import media_misfits
from domain.connector.links import spelled_out
from domain.connector.manifest import CountedAs, Manifest, TextLimit
from domain.connector.weighted import has_invalid
from domain.connector.words import Measures, Visibility
from domain.kernel.names import is_visible

# BCP 47 as the AT Protocol checks it, https://atproto.com/specs/lexicon#language, read 2026-11-22.
_LANGUAGE = re.compile(r"(?:[ixIX]|[a-zA-Z]{2,8})(?:-[a-zA-Z0-9]{1,8})*")


def misfits(
    manifest: Manifest,
    measures: Measures,
    parts: Sequence[PartFacts],
    *,
    visibility: Visibility = Visibility.PUBLIC,
    language: str | None = None,
    content_warning: str | None = None,
    first_comment: str | None = None,
) -> list[Misfit]:
    """Every reason against the post, in reading order; empty when it fits.

    `measures` are the limits the account's own server gave; they win over the manifest's.
    """
    found = list(_of_post(manifest, parts, visibility, language, content_warning))
    for number, part in enumerate(parts):
        found += _of_text(manifest, measures, f"/parts/{number}/text", part, content_warning)
        found += media_misfits(manifest, measures, f"/parts/{number}/media", part)
    if first_comment is not None:
        comment = PartFacts(first_comment, is_comment=True)
        found += _of_comment(manifest, measures, comment, content_warning)
    return found


def thread_misfits(wanted: int, *, public: int) -> list[Misfit]:
    """What keeps new words from the place of public ones: a thread keeps its messages."""
    if wanted == public:
        return []
    message = f"Send as many messages as are public: {public}."
    return [Misfit("/parts", "thread.length_differs", message, public, wanted)]


def text_length(
    manifest: Manifest, measures: Measures, part: PartFacts, content_warning: str | None
) -> int | None:
    """One message's length as the network counts it; None where it takes no text."""
    limit = manifest.text
    if limit is None:
        return None
    if _comment_maximum(manifest, part) is not None:
        return count(_as_sent(manifest, part), CountedAs.CHARACTERS, None)
    url_length = limit.url_length if measures.url_length is None else measures.url_length
    length = count(_as_sent(manifest, part), limit.counted_as, url_length)
    if content_warning and limit.counted_as is CountedAs.FEDIVERSE:
        length += graphemes(content_warning)
    return length


def text_maximum(manifest: Manifest, measures: Measures, part: PartFacts) -> int | None:
    """The longest such a message may be; None where the network takes no text."""
    limit, own = manifest.text, _comment_maximum(manifest, part)
    if limit is None or own is not None:
        return own
    maximum = limit.maximum if measures.text_max is None else measures.text_max
    if part.media and limit.maximum_with_media is not None:
        return min(maximum, limit.maximum_with_media)
    return maximum


def _comment_maximum(manifest: Manifest, part: PartFacts) -> int | None:
    """The limit that comments alone have."""
    return manifest.text.comment_maximum if manifest.text and part.is_comment else None


def _as_sent(manifest: Manifest, part: PartFacts) -> str:
    is_post = _comment_maximum(manifest, part) is None
    has_card = manifest.has_link_cards and not part.media and is_post
    text = part.text if has_card else spelled_out(part.text, part.link_url)
    return text if _quotes(manifest, part.quote_of) else spelled_out(text, part.quote_of)


def _quotes(manifest: Manifest, address: str | None) -> bool:
    """Whether an address is surely quoted, and not written out."""
    pattern = manifest.quoted_addresses if manifest.has_quotes else None
    return bool(address and pattern and re.fullmatch(pattern, address))


def _of_post(
    manifest: Manifest,
    parts: Sequence[PartFacts],
    visibility: Visibility,
    language: str | None,
    content_warning: str | None,
) -> Iterator[Misfit]:
    name, most = manifest.name, manifest.max_parts
    if not parts:
        yield Misfit("/parts", "text.empty", "A post needs at least one message.")
    if len(parts) > most:
        message = f"{name} takes at most {most} messages in one thread."
        yield Misfit("/parts", "thread.too_long", message, most, len(parts))
    if visibility.value not in manifest.visibilities:
        message = f"{name} has no posts that are {visibility.value}."
        yield Misfit("/visibility", "visibility.unsupported", message)
    if content_warning and not manifest.has_content_warning:
        message = f"{name} has no content warnings."
        yield Misfit("/content_warning", "content_warning.unsupported", message)
    if language is not None and not _LANGUAGE.fullmatch(language):
        yield Misfit(
            "/language", "language.invalid", "A language is a tag such as `fr` or `fr-CH`."
        )


def _of_text(
    manifest: Manifest,
    measures: Measures,
    pointer: str,
    part: PartFacts,
    content_warning: str | None,
) -> Iterator[Misfit]:
    limit = manifest.text
    text = _as_sent(manifest, part)
    if not text or not is_visible(text):
        if not (part.media or part.link_url or part.quote_of):
            yield Misfit(pointer, "text.empty", "A message needs text or media.")
        return
    length = text_length(manifest, measures, part, content_warning)
    maximum = text_maximum(manifest, measures, part)
    if limit is None or length is None or maximum is None:
        yield Misfit(pointer, "text.unsupported", f"{manifest.name} takes no text.")
        return
    if limit.counted_as is CountedAs.WEIGHTED and has_invalid(text):
        message = f"{manifest.name} refuses the characters U+FEFF, U+FFFE and U+FFFF."
        yield Misfit(pointer, "text.character_refused", message)
    if length > maximum:
        is_own = _comment_maximum(manifest, part) is not None
        units = _UNITS[CountedAs.CHARACTERS if is_own else limit.counted_as]
        message = f"{manifest.name} takes {maximum} {units}, this is {length}."
        yield Misfit(pointer, "text.too_long", message, maximum, length)
    size = len(text.encode())
    if limit.maximum_bytes is not None and size > limit.maximum_bytes:
        message = f"{manifest.name} takes {limit.maximum_bytes} bytes of text, this is {size}."
        yield Misfit(pointer, "text.too_long", message, limit.maximum_bytes, size)
    if not part.is_comment:
        yield from _of_signs(manifest.name, limit, pointer, text)


def _of_signs(name: str, limit: TextLimit, pointer: str, text: str) -> Iterator[Misfit]:
    """Hashtags and names that a post may hold."""
    most, number = limit.hashtags_max, hashtags(text)
    if most is not None and number > most:
        message = f"{name} takes {most} hashtags, these are {number}."
        yield Misfit(pointer, "text.too_many_hashtags", message, most, number)
    most, number = limit.mentions_max, mentions(text)
    if most is not None and number > most:
        message = f"{name} takes {most} names that begin with @, these are {number}."
        yield Misfit(pointer, "text.too_many_mentions", message, most, number)


def _of_comment(
    manifest: Manifest, measures: Measures, comment: PartFacts, content_warning: str | None
) -> Iterator[Misfit]:
    """An own answer to the post: it is judged as any text of the account."""
    if not manifest.has_first_comment:
        message = f"{manifest.name} takes no first comment."
        yield Misfit("/first_comment", "first_comment.unsupported", message)
        return
    yield from _of_text(manifest, measures, "/first_comment", comment, content_warning)


_UNITS = {
    CountedAs.CHARACTERS: "characters",
    CountedAs.GRAPHEMES: "characters",
    CountedAs.FEDIVERSE: "characters",
    CountedAs.WEIGHTED: "weighted characters",
    CountedAs.EMOJI_BYTES: "characters, emoji as their bytes",
    CountedAs.UTF16: "UTF-16 units",
    CountedAs.ESCAPED: "characters once escaped",
    CountedAs.BYTES: "bytes",
}
