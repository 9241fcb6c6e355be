"""Pure rules of campaigns: what a network's links carry, and how a text's links come to carry it.

A template such as `{campaign}-{network}` becomes a value; a value becomes a parameter of every
http(s) address, unless the address has one of that name already. The rest of an address stays as
it was written: its query, its order, its fragment.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote_plus

from domain.connector.links import AFTER_ADDRESSES

PARTS = ("source", "medium", "campaign", "term", "content")
TEMPLATE = r"^[^{}]*(\{(network|campaign|post)\}[^{}]*)*$"
ANY_NETWORK = None
"""The network of the template that holds wherever no other does."""

_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9_@/.])https?://[^\s<>\"'\[\]{{}}|\\^`{AFTER_ADDRESSES}]+", re.IGNORECASE
)
_SENTENCE = ".,:;!?»”’…"
"""What ends a sentence rather than the address before it."""
_NO_WORD = re.compile(r"[\W_]+")

Templates = Sequence[Mapping[str, str | None]]
Parameters = Mapping[str, str]


def parameters_for(templates: Templates, network: str, *, campaign: str, post: str) -> Parameters:
    """The UTM parameters that links carry on a network, by name; empty where none is set."""
    by_network = {each["network"]: each for each in templates}
    template = by_network.get(network) or by_network.get(ANY_NETWORK) or {}
    words = {"network": network, "campaign": slug(campaign), "post": post}
    values = {part: _filled(template.get(part) or "", words) for part in PARTS}
    return {f"utm_{part}": value for part, value in values.items() if value}


def with_parameters(text: str, parameters: Parameters) -> str:
    """The text, each of its http(s) addresses with the parameters it lacks."""
    if not parameters:
        return text
    return _ADDRESS.sub(lambda found: _in_text(found[0], parameters), text)


def link_with_parameters(address: str, parameters: Parameters) -> str:
    """The http(s) address with the parameters it lacks."""
    whole, hash_, fragment = address.partition("#")
    before, _, query = whole.partition("?")
    there = {unquote_plus(each.partition("=")[0]).casefold() for each in query.split("&")}
    more = [
        f"{name}={quote(value, safe='')}" for name, value in parameters.items() if name not in there
    ]
    if not more or before.endswith("//"):
        return address
    start = [query] if query else []
    return f"{before}?{'&'.join([*start, *more])}{hash_}{fragment}"


def slug(name: str) -> str:
    """A name as addresses show it: `Été 2026, à table !` is `ete-2026-a-table`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _NO_WORD.sub("-", bare.casefold()).strip("-")


def _filled(template: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        template = template.replace(f"{{{name}}}", word)
    return template.strip()


def _in_text(found: str, parameters: Parameters) -> str:
    address = _without_sentence(found)
    return link_with_parameters(address, parameters) + found[len(address) :]


def _without_sentence(found: str) -> str:
    """The address without what stands behind it; a bracket that it opened belongs to it."""
    end, closed = len(found), found.count(")") - found.count("(")
    while end and (found[end - 1] in _SENTENCE or (found[end - 1] == ")" and closed > 0)):
        closed -= found[end - 1] == ")"
        end -= 1
    return found[:end]
