"""People on the Bluesky rig, acting as any client would."""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from domain.connector.http import Call, Http
from domain.connector.port import ReadsInbox
from domain.connector.words import Access, InboxItem
from tests.real.outward import eventually, now, post_json
from tests.real.rigs import Bluesky


@dataclass
class BlueskyVillage:
    rig: Bluesky
    people: dict[str, Access] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.rig.pds

    def login(self, name: str) -> dict[str, str]:
        account = self.rig.accounts[name]
        return {
            "server": self.rig.pds,
            "handle": account.handle,
            "app_password": account.app_password,
        }

    async def like(self, http: Http, name: str, post_id: str) -> None:
        subject = await self._strong(http, name, post_id)
        await self.create(http, name, "app.bsky.feed.like", {"subject": subject})

    async def stir(self, http: Http, towards: Access, post_id: str) -> set[str]:
        """One of everything that can be done towards an account; gives the kinds."""
        # The AppView tells nobody of a reply that it sees before the post.
        await eventually(lambda: self.is_shown(http, "bob", post_id), lambda shown: shown)
        subject = await self._strong(http, "bob", post_id)
        reply: JsonValue = {"root": subject, "parent": subject}
        text: dict[str, JsonValue] = {"text": "A reply", "langs": ["en"], "reply": reply}
        await self.create(http, "bob", "app.bsky.feed.post", text)
        await self.create(http, "bob", "app.bsky.feed.post", _mention(towards))
        await self.create(http, "carol", "app.bsky.feed.like", {"subject": subject})
        await self.create(http, "carol", "app.bsky.feed.repost", {"subject": subject})
        embed: JsonValue = {"$type": "app.bsky.embed.record", "record": subject}
        await self.create(http, "carol", "app.bsky.feed.post", {"text": "Look!", "embed": embed})
        await self.create(http, "carol", "app.bsky.graph.follow", {"subject": towards.remote_id})
        return {"reply", "mention", "like", "repost", "quote", "follow"}

    async def settled(
        self, http: Http, towards: Access, inbox: ReadsInbox, kinds: set[str]
    ) -> tuple[InboxItem, ...]:
        """Waits until the AppView shows something of each kind; gives what it shows."""
        page = await eventually(
            lambda: inbox.read(http, towards, None),
            lambda page: kinds <= {item.kind.value for item in page.items},
        )
        return page.items

    async def create(
        self, http: Http, name: str, collection: str, record: dict[str, JsonValue]
    ) -> JsonValue:
        access = self.people[name]
        created_at = now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body: JsonValue = {
            "repo": access.remote_id,
            "collection": collection,
            "record": {**record, "createdAt": created_at},
        }
        return await post_json(http, access, "/xrpc/com.atproto.repo.createRecord", body)

    async def record(self, http: Http, name: str, uri: str) -> dict[str, Any]:
        """A record as its own server keeps it: uri, cid, value."""
        repository, collection, key = uri.removeprefix("at://").split("/")
        query = (("repo", repository), ("collection", collection), ("rkey", key))
        access = self.people[name]
        address = f"{access.server}/xrpc/com.atproto.repo.getRecord"
        reply = await http(Call("GET", address, query=query))
        assert reply.is_success, reply.text
        told: dict[str, Any] = json.loads(reply.body)
        return told

    async def is_shown(self, http: Http, name: str, uri: str) -> bool:
        """Whether the AppView has the post."""
        access = self.people[name]
        headers = {"authorization": f"Bearer {access.grant.access}"}
        address = f"{access.server}/xrpc/app.bsky.feed.getPosts"
        reply = await http(Call("GET", address, headers=headers, query=(("uris", uri),)))
        assert reply.is_success, reply.text
        return bool(json.loads(reply.body)["posts"])

    async def may_answer(self, http: Http, name: str, uri: str) -> bool | None:
        """Whether the AppView lets somebody answer; None while it does not show the post."""
        access = self.people[name]
        headers = {"authorization": f"Bearer {access.grant.access}"}
        address = f"{access.server}/xrpc/app.bsky.feed.getPosts"
        reply = await http(Call("GET", address, headers=headers, query=(("uris", uri),)))
        posts = json.loads(reply.body)["posts"]
        if not posts or "threadgate" not in posts[0]:
            return None
        return not posts[0]["viewer"].get("replyDisabled", False)

    async def _strong(self, http: Http, name: str, uri: str) -> JsonValue:
        record = await self.record(http, name, uri)
        return {"uri": uri, "cid": record["cid"]}


def _mention(towards: Access) -> dict[str, JsonValue]:
    handle = f"@{towards.handle}"
    feature: JsonValue = {"$type": "app.bsky.richtext.facet#mention", "did": towards.remote_id}
    facet: JsonValue = {
        "index": {"byteStart": 3, "byteEnd": 3 + len(handle)},
        "features": [feature],
    }
    return {"text": f"Hi {handle}", "facets": [facet]}
