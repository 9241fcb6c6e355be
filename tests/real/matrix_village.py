"""People on the Matrix rig, speaking as any client would."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from domain.connector.http import Http
from domain.connector.port import ReadsInbox
from domain.connector.words import Access, InboxItem
from tests.real.matrix_rig import NAME
from tests.real.rigs import Matrix


@dataclass
class MatrixVillage:
    rig: Matrix
    people: dict[str, Access] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.rig.url

    def login(self, name: str) -> dict[str, str]:
        token = self.rig.tokens[name]
        return {"server": self.rig.url, "room": f"#square:{NAME}", "access_token": token}

    async def like(self, http: Http, name: str, post_id: str) -> None:  # noqa: ARG002 - the suite's signature
        about = {"rel_type": "m.annotation", "event_id": post_id, "key": f"👍{uuid4().hex[:4]}"}
        self.send(name, "m.reaction", {"m.relates_to": about})

    async def stir(self, http: Http, towards: Access, post_id: str) -> set[str]:  # noqa: ARG002 - as above
        """One of everything that is said towards somebody, and one that is not."""
        self.say("bob", "A reply", reply_to=post_id)
        self.say("bob", "Hi @ana!", names=("ana",))
        self.say("carol", "Nothing of yours")
        await self.like(http, "carol", post_id)
        return {"reply", "mention", "like"}

    async def settled(
        self, http: Http, towards: Access, inbox: ReadsInbox, kinds: set[str]
    ) -> tuple[InboxItem, ...]:
        """What the account is told; over here it is told at once."""
        items = (await inbox.read(http, towards, None)).items
        assert kinds <= {item.kind.value for item in items}, items
        return items

    def say(
        self, name: str, text: str, *, reply_to: str = "", thread: str = "", names: Any = ()
    ) -> str:
        """By somebody, in the room; gives its id."""
        body: dict[str, Any] = {"msgtype": "m.text", "body": text}
        body["m.mentions"] = {"user_ids": [f"@{each}:{NAME}" for each in names]}
        about: dict[str, Any] = {"rel_type": "m.thread", "event_id": thread} if thread else {}
        if reply_to:
            about["m.in_reply_to"] = {"event_id": reply_to}
        if about:
            body["m.relates_to"] = about
        return self.send(name, "m.room.message", body)

    def send(self, name: str, kind: str, body: dict[str, Any]) -> str:
        path = f"rooms/{quote(self.rig.room)}/send/{kind}/{uuid4().hex}"
        made: str = self.rig.call(name, "PUT", path, body)["event_id"]
        return made

    def event(self, event_id: str) -> dict[str, Any]:
        """As everybody in the room sees it."""
        path = f"rooms/{quote(self.rig.room)}/event/{quote(event_id)}"
        found: dict[str, Any] = self.rig.call("bob", "GET", path)
        return found

    def said(self, name: str) -> list[dict[str, Any]]:
        """What somebody said in the room, the newest first."""
        path = f"rooms/{quote(self.rig.room)}/messages?dir=b&limit=500"
        chunk = self.rig.call("bob", "GET", path)["chunk"]
        who = f"@{name}:{NAME}"
        return [e for e in chunk if e["sender"] == who and e["type"] == "m.room.message"]
