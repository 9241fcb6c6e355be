"""WordPress as a far side: an author for each cell, counted among the articles of the site."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from tests.faults.columns import Fault
from tests.faults.upstreams.wired import Calls, Open, Reply, Wired
from tests.faults.wires import Wire
from tests.real import rigs
from tests.real.rigs import WordPress

_HTML = {"content-type": "text/html"}
_CALLS = Calls(
    publish="POST .*/wp/v2/posts",
    comment="POST .*/wp/v2/comments",
    upload="POST .*/wp/v2/media",
    read="GET .*/wp/v2/posts.*slug=",
    # The software itself says neither: hosts and proxies in front of it do.
    slow_down=Reply(429, {**_HTML, "retry-after": "1"}, "<title>429 Too Many Requests</title>"),
    broken=Reply(502, _HTML, "<title>502 Bad Gateway</title>"),
)


@dataclass
class Author(Wired):
    site: WordPress
    user: int
    name: str
    network = "wordpress"
    calls = _CALLS

    def login(self) -> dict[str, str]:
        key = self.site.call("ana", "POST", self._keys, {"name": uuid4().hex})
        site = f"{self.wire.origin}/"
        return {"site": site, "user": self.name, "app_password": key["password"]}

    def take_away(self) -> None:
        self.site.call("ana", "DELETE", self._keys)

    def standing(self) -> Sequence[tuple[str, str]]:
        posts, comments = (
            self.site.call("ana", "GET", f"{path}&author={self.user}&per_page=100&context=edit")
            for path in ("posts?status=publish", "comments?status=approve")
        )
        said = [(each["title"]["raw"], f"posts/{each['id']}") for each in posts]
        below = [(each["content"]["raw"], f"comments/{each['id']}") for each in comments]
        return [*said, *below]

    @property
    def _keys(self) -> str:
        return f"users/{self.user}/application-passwords"


@contextmanager
def wordpress() -> Iterator[tuple[str, Open]]:
    with rigs.wordpress_feed() as site:

        def settle(wire: Wire, name: str, fault: Fault) -> Author | None:
            """Application passwords never end by themselves."""
            return None if fault.session_s else _author(site, wire, name)

        yield site.origin, settle


def _author(site: WordPress, wire: Wire, name: str) -> Author:
    address = f"{name}@village.example"
    body = {"username": name, "email": address, "password": uuid4().hex, "roles": ["author"]}
    return Author(wire, site, site.call("ana", "POST", "users", body)["id"], name)
