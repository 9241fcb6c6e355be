"""People on the Mastodon rig, acting as any client would."""

from dataclasses import dataclass, field

from domain.connector.http import Http
from domain.connector.port import ReadsInbox
from domain.connector.words import Access, InboxItem
from tests.real.outward import post_json
from tests.real.rigs import MastodonMock


@dataclass
class MastodonVillage:
    rig: MastodonMock
    people: dict[str, Access] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.rig.url

    def login(self, name: str) -> dict[str, str]:
        return {"server": self.rig.url, "access_token": self.rig.tokens[name]}

    async def like(self, http: Http, name: str, post_id: str) -> None:
        path = f"/api/v1/statuses/{post_id}/favourite"
        await post_json(http, self.people[name], path, {})

    async def stir(self, http: Http, towards: Access, post_id: str) -> set[str]:
        """One of everything the rig tells of (quotes it does not); gives the kinds."""
        bob, carol = self.people["bob"], self.people["carol"]
        name = towards.handle.partition("@")[0]
        reply = {"status": f"@{name} A reply", "in_reply_to_id": post_id}
        await post_json(http, bob, "/api/v1/statuses", dict(reply))
        await post_json(http, bob, "/api/v1/statuses", {"status": f"Hi @{name}!\nHow are you?"})
        await self.like(http, "carol", post_id)
        await post_json(http, carol, f"/api/v1/statuses/{post_id}/reblog", {})
        await post_json(http, carol, f"/api/v1/accounts/{towards.remote_id}/follow", {})
        return {"reply", "mention", "like", "repost", "follow"}

    async def settled(
        self, http: Http, towards: Access, inbox: ReadsInbox, kinds: set[str]
    ) -> tuple[InboxItem, ...]:
        """What the account is told; over here it is told at once."""
        items = (await inbox.read(http, towards, None)).items
        assert kinds <= {item.kind.value for item in items}, items
        return items
