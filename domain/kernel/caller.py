"""Who asks: a token's workspace and scopes. Every read and change starts from it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.kernel.errors import ScopeMissing


class Scope(StrEnum):
    """What a token may do; granted one by one."""

    WORKSPACE_READ = "workspace:read"
    WORKSPACE_WRITE = "workspace:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    COMMUNITIES_READ = "communities:read"
    COMMUNITIES_WRITE = "communities:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"
    POSTS_READ = "posts:read"
    POSTS_WRITE = "posts:write"
    POSTS_PUBLISH = "posts:publish"
    MENTIONS_READ = "mentions:read"
    MENTIONS_WRITE = "mentions:write"
    MENTIONS_ANSWER = "mentions:answer"
    METRICS_READ = "metrics:read"
    EVENTS_READ = "events:read"


@dataclass(frozen=True, slots=True)
class Caller:
    """`actor` is what the event log calls them: `token:tok_…` or `worker`."""

    workspace_id: UUID
    actor: str
    scopes: frozenset[Scope]

    def need(self, scope: Scope) -> None:
        """Raises `ScopeMissing`, before anything is looked up."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)


def worker(workspace_id: UUID) -> Caller:
    """The workers' own caller in one workspace."""
    return Caller(workspace_id, "worker", frozenset(Scope))
