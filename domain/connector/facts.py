"""What fit asks of a post and its files, and what it answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediumFacts:
    """What fit asks of a file."""

    content_type: str
    size_bytes: int
    alt_text: str | None = None
    pixels: int | None = None
    """Width times height."""
    sides: tuple[int, int] | None = None
    """Width and height."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What fit asks of one message."""

    text: str
    media: tuple[MediumFacts, ...] = ()
    link_url: str | None = None
    """Of the link card, where there is one."""
    quote_of: str | None = None
    """Address of the post that it quotes."""
    is_comment: bool = False
    """Whether it answers something; a first comment does."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One reason why a network would not take a post. `pointer` is relative to the variant."""

    pointer: str
    code: str
    message: str
    limit: int | None = None
    actual: int | None = None
