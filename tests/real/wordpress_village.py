"""People on the WordPress rig, commenting as any client would."""

from dataclasses import dataclass, field
from itertools import count

from domain.connector.http import Http
from domain.connector.port import ReadsInbox
from domain.connector.words import Access, InboxItem
from tests.real.rigs import WordPress


@dataclass
class WordPressVillage:
    rig: WordPress
    people: dict[str, Access] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def origin(self) -> str:
        return self.rig.origin

    def login(self, name: str) -> dict[str, str]:
        password = self.rig.app_passwords[name]
        return {"site": f"{self.rig.origin}/", "user": name, "app_password": password}

    async def like(self, http: Http, name: str, post_id: str) -> None:  # noqa: ARG002 - the suite's signature
        """Nothing can be liked here: somebody says so."""
        self.comment(name, post_id, f"I like this, number {next(self._numbers)}")

    async def stir(self, http: Http, towards: Access, post_id: str) -> set[str]:  # noqa: ARG002 - as above
        first = self.comment("bob", post_id, "Will there be “brioche”?")
        self.comment("carol", post_id, "And who bakes?", parent=first)
        return {"reply"}

    async def settled(
        self, http: Http, towards: Access, inbox: ReadsInbox, kinds: set[str]
    ) -> tuple[InboxItem, ...]:
        """What the account is told; over here it is told at once."""
        items = (await inbox.read(http, towards, None)).items
        assert items or not kinds
        return items

    def comment(self, name: str, post_id: str, text: str, *, parent: int = 0) -> int:
        """By somebody, under a post; gives its number."""
        number = int(post_id.rpartition("/")[2])
        body = {"post": number, "parent": parent, "content": text}
        made: int = self.rig.call(name, "POST", "comments", body)["id"]
        return made
