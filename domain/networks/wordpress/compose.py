"""An article of a message: its title, its slug, and its text as blocks.

https://developer.wordpress.org/block-editor/reference-guides/core-blocks/, read 2026-11-26.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from domain.connector.links import AFTER_ADDRESSES, spelled_out
from domain.connector.words import Draft, Part
from domain.networks.wordpress.media import File
from domain.networks.wordpress.settings import Settings

_LONGEST_TITLE = 120
_LONGEST_STEM = 60
_NOT_IN = rf"\s<>\"'{AFTER_ADDRESSES}"
_ADDRESS = re.compile(rf"https?://[^{_NOT_IN}]*[^{_NOT_IN}.,;:!?)\]»”’…]")
_MEDIA_BLOCK = re.compile(r"<!-- wp:(?:shortcode -->\s*\[gallery|video )")
_GALLERY = re.compile(r"\[gallery [^\[\]]*\bids=\"([\d,]+)\"")
_VIDEO = re.compile(r"<!-- wp:video \{\"id\":(\d+)")


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    html: str


def article_of(part: Part, settings: Settings) -> Article:
    """A first line that others follow is the title; a single line is both title and text."""
    text = spelled_out(part.text, part.link.url if part.link else None).strip()
    first, _, rest = text.partition("\n")
    title = settings.title or _shortened(first.strip())
    is_title_alone = title == first.strip() and rest.strip() and settings.title is None
    return Article(title, paragraphs(rest.strip() if is_title_alone else text))


def paragraphs(text: str) -> str:
    """Paragraphs are parted by empty lines; addresses become links."""
    pieces = [each.strip() for each in re.split(r"\n\s*\n", text) if each.strip()]
    return "\n\n".join(
        f"<!-- wp:paragraph -->\n<p>{_linked(piece)}</p>\n<!-- /wp:paragraph -->"
        for piece in pieces
    )


def media_blocks(files: Sequence[File]) -> str:
    """Pictures as a gallery, which takes their alternative texts from the library; then videos."""
    pictures = ",".join(file.id for file in files if not file.is_video)
    blocks = []
    if pictures:
        gallery = f'[gallery ids="{pictures}" link="none"]'
        blocks.append(f"<!-- wp:shortcode -->\n{gallery}\n<!-- /wp:shortcode -->")
    blocks += [
        f'<!-- wp:video {{"id":{file.id}}} -->\n<figure class="wp-block-video">'
        f'<video controls src="{escape(file.url)}"></video></figure>\n<!-- /wp:video -->'
        for file in files
        if file.is_video
    ]
    return "\n\n".join(blocks)


def standing_media(raw: str) -> tuple[str, tuple[str, ...]]:
    """The media blocks of an article of ours as they stand, and the ids of their files."""
    begins = _MEDIA_BLOCK.search(raw)
    if begins is None:
        return "", ()
    blocks = raw[begins.start() :]
    pictures = [id_ for found in _GALLERY.findall(blocks) for id_ in found.split(",")]
    return blocks, (*pictures, *_VIDEO.findall(blocks))


def slug_of(draft: Draft, title: str, settings: Settings) -> str:
    """The same at every attempt: what a delivery is found again by."""
    if settings.slug is not None:
        return settings.slug
    mark = hashlib.sha256(draft.key.encode()).hexdigest()[:12]
    words = unicodedata.normalize("NFKD", _ADDRESS.sub("", title))
    plainly = words.encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plainly)[:_LONGEST_STEM].strip("-")
    return f"{stem}-{mark}" if stem else f"post-{mark}"


def _shortened(line: str) -> str:
    if len(line) <= _LONGEST_TITLE:
        return line
    return f"{line[:_LONGEST_TITLE].rpartition(' ')[0] or line[:_LONGEST_TITLE]}…"


def _linked(text: str) -> str:
    html = _ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', escape(text, quote=False))
    return html.replace("\n", "<br>")
