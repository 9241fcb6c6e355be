"""Whether an answer is what an example shows: all but moments, ids and what is new each time."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.identity.bearer import CLIENT_ID, FORM
from tests.furnished import ID

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
SLUG = re.compile(r"ws-[0-9a-f]{12}")
"""Of the workspaces that tests make."""
NEW_EACH_TIME = frozenset(
    {
        *("next_cursor", "endCursor", "request_id", "start_url", "hint"),
        # Of the log's chain, which holds every moment and id.
        *("hash", "previous_hash", "head_hash", "head_number", "last_number"),
    }
)


@dataclass
class Likeness:
    """Compares what was shown with what is found, and learns which id stands for which.

    `ids` holds shown ids and the ones found in their place; each stands for one alone.
    """

    ids: dict[str, str] = field(default_factory=dict)

    def differences(
        self, shown: Any, found: Any, *, is_abridged: bool = False, passing: Collection[str] = ()
    ) -> list[str]:
        """JSON pointers to what is not alike. Of abridged lists the first entries are shown.

        Fields named in `passing` say a day or an hour by the clock of whoever asks.
        """
        self._apart = NEW_EACH_TIME.union(passing)
        return list(self._differ("", shown, found, is_abridged=is_abridged))

    def _differ(self, at: str, shown: Any, found: Any, *, is_abridged: bool) -> Iterator[str]:
        if type(shown) is not type(found):
            yield f"{at}: {shown!r} is {found!r}"
        elif isinstance(shown, dict):
            yield from (f"{at}/{name}: is missing" for name in shown.keys() - found.keys())
            yield from (f"{at}/{name}: is not shown" for name in found.keys() - shown.keys())
            for name in sorted(shown.keys() & found.keys() - self._apart):
                yield from self._differ(
                    f"{at}/{name}", shown[name], found[name], is_abridged=is_abridged
                )
        elif isinstance(shown, list):
            if len(shown) > len(found) or (len(shown) < len(found) and not is_abridged):
                yield f"{at}: {len(shown)} entries are {len(found)}"
            for place, (one, other) in enumerate(zip(shown, found, strict=False)):
                yield from self._differ(f"{at}/{place}", one, other, is_abridged=is_abridged)
        elif shown != found and not (isinstance(shown, str) and self._says_the_same(shown, found)):
            yield f"{at}: {shown!r} is {found!r}"

    def _says_the_same(self, shown: str, found: str) -> bool:
        for form in (MOMENT, SLUG, FORM, CLIENT_ID):
            if form.fullmatch(shown):
                return form.fullmatch(found) is not None
        if _nameless(shown) != _nameless(found):
            return False
        pairs = zip(ID.finditer(shown), ID.finditer(found), strict=True)
        return all(self._stands_for(one[0], other[0]) for one, other in pairs)

    def _stands_for(self, shown: str, found: str) -> bool:
        if shown not in self.ids and found in self.ids.values():
            return False
        return self.ids.setdefault(shown, found) == found


def _nameless(text: str) -> str:
    """The text with what ids and secrets begin with in their place."""
    return ID.sub(r"\1", FORM.sub(r"\1", text))
