"""Names in texts: `@{marie-dupont}` becomes the handle a network knows, else the plain name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KEY = r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?"
_PLACEHOLDER = re.compile(rf"@\{{({KEY})\}}")


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody the house knows; handles by network, without their first @."""

    name: str
    handles: Mapping[str, str]

    def on(self, network: str) -> str:
        handle = self.handles.get(network)
        return self.name if handle is None else f"@{handle}"


def keys_in(texts: Iterable[str]) -> list[str]:
    """The keys that texts name, each once, in order."""
    return list(dict.fromkeys(key for text in texts for key in _PLACEHOLDER.findall(text)))


def named(text: str, names: Mapping[str, Name], network: str) -> str:
    """The text with everybody's name; whom nobody knows stays as it is written."""

    def name_of(match: re.Match[str]) -> str:
        found = names.get(match[1])
        return match[0] if found is None else found.on(network)

    return _PLACEHOLDER.sub(name_of, text)
