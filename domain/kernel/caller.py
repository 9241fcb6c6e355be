"""Who asks: a token's workspace and scopes. Every read and change starts from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.kernel.errors import CommunitiesHeld, NotFound, ScopeMissing


class Scope(StrEnum):
    """What a token may do; granted one by one."""

    WORKSPACE_READ = "workspace:read"
    WORKSPACE_WRITE = "workspace:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    MEMBERS_PERSONAL = "members:personal"
    """Names and e-mail addresses of members; without it they are null."""
    COMMUNITIES_READ = "communities:read"
    COMMUNITIES_WRITE = "communities:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"
    POSTS_READ = "posts:read"
    POSTS_WRITE = "posts:write"
    POSTS_PUBLISH = "posts:publish"
    POSTS_APPROVE = "posts:approve"
    POSTS_HOLD = "posts:hold"
    MENTIONS_READ = "mentions:read"
    MENTIONS_WRITE = "mentions:write"
    MENTIONS_ANSWER = "mentions:answer"
    METRICS_READ = "metrics:read"
    EVENTS_READ = "events:read"
    LISTENING_READ = "listening:read"
    LISTENING_WRITE = "listening:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    AUDIT_READ = "audit:read"
    ADMINISTRATION = "administration"
    """Applications, roles, ownership and sign-in of the workspace."""


WHOLE_WORKSPACE = frozenset(
    {
        Scope.WORKSPACE_WRITE,
        Scope.EVENTS_READ,
        Scope.AUDIT_READ,
        Scope.WEBHOOKS_READ,
        Scope.WEBHOOKS_WRITE,
        Scope.ADMINISTRATION,
    }
)
"""What shows or moves all communities at once: nobody who is held to some has it."""


def held_to(scopes: frozenset[Scope], communities: frozenset[UUID] | None) -> frozenset[Scope]:
    """What is left of scopes for someone who sees only these communities; None: all."""
    return scopes if communities is None else scopes - WHOLE_WORKSPACE


@dataclass(frozen=True, slots=True)
class Caller:
    """`actor` is what the event log calls them.

    `member:mem_…`, `application:app_…`, `token:tok_…` of an operator, or `worker`.
    """

    workspace_id: UUID
    actor: str
    scopes: frozenset[Scope]
    member_id: UUID | None = None
    """The member who acts, or for whom a token acts; None for operators' tokens and workers."""
    communities: frozenset[UUID] | None = None
    """The only communities they see; None: all."""
    application: str | None = None
    """The client id of the application that acts; None for tokens and keys without one."""
    token_id: UUID | None = None
    """The token or key that was shown; None for workers."""
    grant_id: UUID | None = None
    """The consent that an application acts by; what it makes for its member ends with it."""
    ahead: timedelta | None = None
    """How far the clock of their test workspace is ahead; None: the workspace is live."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "scopes", held_to(self.scopes, self.communities))

    def moment(self, now: datetime) -> datetime:
        """What time it is in their workspace."""
        return now if self.ahead is None else now + self.ahead

    def need(self, scope: Scope) -> None:
        """Raises `ScopeMissing`, before anything is looked up."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)

    def need_all_communities(self) -> None:
        """Raises `CommunitiesHeld`."""
        if self.communities is not None:
            raise CommunitiesHeld

    def need_community(self, community_id: UUID) -> None:
        """Raises `NotFound` for one that they are held from."""
        if self.communities is not None and community_id not in self.communities:
            raise NotFound("community", [community_id])


def worker(workspace_id: UUID) -> Caller:
    """The workers' own caller in one workspace."""
    return Caller(workspace_id, "worker", frozenset(Scope))
