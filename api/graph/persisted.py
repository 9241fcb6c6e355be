"""Documents by the SHA-256 of their text, as clients of persisted queries ask for them.

    a hash alone, known        the document that came with it before
    a hash alone, not known    query.not_kept: the client sends the text beside it
    both                       kept, once the document was found to be a valid one

Each process keeps its own: what one does not know yet, clients send it by themselves.
"""

import hashlib
import re
from collections import OrderedDict
from typing import Any

from api.graph.documents import LONGEST_KEPT, MOST_KEPT
from api.graph.requests import Asked, Unreadable
from domain.kernel.errors import QueryHashWrong, QueryNotKept

HASH = re.compile(r"[0-9a-f]{64}")


class Persisted:
    """The texts of one process by their hash, the least used forgotten first."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()

    def text_of(self, asked: Asked) -> str:
        """Raises `Unreadable`, `QueryHashWrong`, `QueryNotKept`."""
        hash_ = _hash(asked.extensions)
        if asked.query is not None:
            if hash_ is not None and hashlib.sha256(asked.query.encode()).hexdigest() != hash_:
                raise QueryHashWrong
            return asked.query
        if hash_ is None:
            raise Unreadable("`query` must be a GraphQL document, as text.")
        found = self._texts.get(hash_)
        if found is None:
            raise QueryNotKept
        self._texts.move_to_end(hash_)
        return found

    def keep(self, asked: Asked, text: str) -> None:
        """For the next time; what is sent without a hash, or is very long, is not kept."""
        hash_ = _hash(asked.extensions)
        if hash_ is None or asked.query is None or len(text) > LONGEST_KEPT:
            return
        self._texts[hash_] = text
        self._texts.move_to_end(hash_)
        if len(self._texts) > MOST_KEPT:
            self._texts.popitem(last=False)


def _hash(extensions: dict[str, Any]) -> str | None:
    """Raises `Unreadable` for a hash of another kind."""
    sent = extensions.get("persistedQuery")
    if sent is None:
        return None
    found = sent.get("sha256Hash") if isinstance(sent, dict) and sent.get("version") == 1 else None
    if not isinstance(found, str) or not HASH.fullmatch(found):
        raise Unreadable("`extensions.persistedQuery` must have `version` 1 and a `sha256Hash`.")
    return found
