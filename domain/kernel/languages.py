"""The four languages people are spoken to in, and the files that hold what is said."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from domain.kernel.words import Word


class Language(Word):
    """A language that pages, mails and scopes are written in."""

    FRENCH = "fr", "French."
    GERMAN = "de", "German."
    ITALIAN = "it", "Italian."
    ENGLISH = "en", "English."


def preferred(accepted: str | None) -> Language | None:
    """The language that an Accept-Language header likes best; None when it names none of ours."""
    liked: list[tuple[float, Language]] = []
    for part in (accepted or "")[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        language = known(tag.partition("-")[0].lower())
        if language is not None:
            liked.append((_weight(weight), language))
    best = max(liked, key=lambda each: each[0], default=None)
    return best[1] if best is not None and best[0] > 0 else None


def known(text: str | None) -> Language | None:
    """The language of a code such as `fr`."""
    try:
        return Language(text or "")
    except ValueError:
        return None


def looked_up(tag: str | None) -> Iterator[str]:
    """The tags that serve one, the best first: RFC 4647, 3.4, read 2026-11-26."""
    subtags = tag.split("-") if tag else []
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        # A single letter only leads to what follows it.
        while subtags and len(subtags[-1]) == 1:
            subtags.pop()


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


class Words:
    """What is said, by key and language; read from TOML files with a table a key."""

    def __init__(self, said: Mapping[str, Mapping[Language, str]]) -> None:
        self.said = said

    @classmethod
    def read(cls, files: Iterable[Path]) -> Self:
        """Raises `ValueError` or `TypeError` when a key lacks a language or stands in two files."""
        said: dict[str, Mapping[Language, str]] = {}
        for file in files:
            for key, found in _entries("", tomllib.loads(file.read_text("utf-8"))):
                if key in said or set(found) != set(Language):
                    raise ValueError(f"{file.name}: {key} is there twice or lacks a language.")
                said[key] = {Language(code): text for code, text in found.items()}
        return cls(said)

    def say(self, key: str, language: Language, **values: object) -> str:
        """The sentence with its `{values}` filled in. Raises `KeyError`."""
        return self.said[key][language].format(**values)


def _entries(prefix: str, table: Mapping[str, object]) -> Iterable[tuple[str, dict[str, str]]]:
    for name, value in table.items():
        if not isinstance(value, dict):
            raise TypeError(f"{prefix}{name} says nothing in any language.")
        if all(isinstance(text, str) for text in value.values()):
            yield f"{prefix}{name}", value
        else:
            yield from _entries(f"{prefix}{name}.", value)
