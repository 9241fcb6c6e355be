"""People of a forum: posts and notifications alike name them, so the name is who they are."""

from typing import Protocol

from domain.connector.links import joined
from domain.connector.words import Profile

_AVATAR_SIZE = "240"


class Named(Protocol):
    """A user, or a post by one."""

    @property
    def username(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def avatar_template(self) -> str | None: ...


def profile_of(person: Named, root: str) -> Profile:
    template = person.avatar_template
    avatar = None if template is None else template.replace("{size}", _AVATAR_SIZE)
    return Profile(
        remote_id=person.username.lower(),
        handle=person.username,
        display_name=person.name or None,
        url=f"{root}/u/{person.username}",
        avatar_url=None if avatar is None else joined(f"{root}/", avatar),
    )


def only_named(username: str, root: str) -> Profile:
    return Profile(username.lower(), username, url=f"{root}/u/{username}")
