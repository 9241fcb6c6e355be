"""What query strings mean, for reads that are asked the same few questions all day.

A meaning that was understood once, by FastAPI's rules, is kept with its query string: it never
changes. Token, scope and tenant are checked each time.
"""

from typing import Generic, TypeVar

from starlette.requests import Request

MOST_KEPT = 1000
LONGEST_KEPT = 2000
Meaning = TypeVar("Meaning")


class Known(Generic[Meaning]):
    def __init__(self) -> None:
        self._meanings: dict[bytes, Meaning] = {}

    def get(self, asked: bytes) -> Meaning | None:
        return self._meanings.get(asked)

    def keep(self, request: Request, meaning: Meaning) -> None:
        """Remembers what a query string means, once it has been answered."""
        asked: bytes = request.scope["query_string"]
        if len(asked) > LONGEST_KEPT:
            return
        if len(self._meanings) >= MOST_KEPT:
            self._meanings.clear()
        self._meanings[asked] = meaning
