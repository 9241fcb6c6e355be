"""The Pages that a person let us into, and which of them is meant.

https://developers.facebook.com/docs/graph-api/reference/user/accounts, read 2026-11-28: a Page
comes with a token of its own where the person may do something there. Those of a business
portfolio are listed with `business_management` alone (issue 216 of getopenpost/openpost).
"""

from collections.abc import Sequence

from domain.connector.dialects.graph import Graph, Listed
from domain.connector.errors import Refused
from domain.connector.heard import Heard, understood

_AT_ONCE, _READINGS = 100, 10


class OwnedPage(Heard):
    id: str
    name: str = ""
    username: str | None = None
    access_token: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.casefold() for each in (self.id, self.name, self.username) if each)


async def let_in(person: Graph) -> list[OwnedPage]:
    found = list[OwnedPage]()
    query = [("fields", "id,name,username,access_token"), ("limit", str(_AT_ONCE))]
    for _ in range(_READINGS):
        listed = await person.read("/me/accounts", Listed, query)
        found += understood(listed.data, OwnedPage)
        if listed.paging.onward is None:
            break
        query = [*query[:2], ("after", listed.paging.onward)]
    return found


def meant(pages: Sequence[OwnedPage], typed: str) -> OwnedPage:
    """The one that is named by its id, name or address, else the only one. Raises `Refused`."""
    name = typed.strip().rstrip("/").rpartition("/")[2].removeprefix("@").casefold()
    fitting = [page for page in pages if name in page.names] if name else list(pages)
    if len(fitting) == 1:
        return fitting[0]
    message = "Name one of the Pages." if fitting else "Facebook lets us into no such Page."
    listed = ", ".join(f"{page.name} ({page.id})" for page in pages)
    raise Refused(message, code="consent.place_missing", said=listed)
