"""Who asks: a token's workspace and scopes. Every read and change starts from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel.errors import CommunitiesHeld, NotFound, ScopeMissing
from domain.kernel.words import Word


class Scope(Word):
    """What a token may do; granted one by one."""

    WORKSPACE_READ = "workspace:read", "Reads the workspace."
    WORKSPACE_WRITE = "workspace:write", "Changes the workspace."
    MEMBERS_READ = "members:read", "Reads members, roles and departments."
    MEMBERS_WRITE = "members:write", "Changes members, roles and departments, and invites."
    MEMBERS_PERSONAL = (
        "members:personal",
        "Shows names and e-mail addresses of members; without it they are null.",
    )
    COMMUNITIES_READ = "communities:read", "Reads communities."
    COMMUNITIES_WRITE = "communities:write", "Changes communities."
    ACCOUNTS_READ = "accounts:read", "Reads accounts."
    ACCOUNTS_WRITE = "accounts:write", "Connects and removes accounts."
    CALENDARS_READ = "calendars:read", "Reads calendars and what stands in them."
    CALENDARS_WRITE = "calendars:write", "Changes calendars and what belongs to them."
    POSTS_READ = "posts:read", "Reads posts, media and what becomes of them."
    POSTS_WRITE = "posts:write", "Writes posts and sends media."
    POSTS_PUBLISH = "posts:publish", "Lets posts go out, and takes them back."
    POSTS_APPROVE = "posts:approve", "Decides reviews."
    POSTS_HOLD = "posts:hold", "Puts posts on legal hold."
    MENTIONS_READ = "mentions:read", "Reads the inbox."
    MENTIONS_WRITE = "mentions:write", "Marks and assigns mentions."
    MENTIONS_ANSWER = "mentions:answer", "Answers mentions."
    METRICS_READ = "metrics:read", "Reads numbers."
    EVENTS_READ = "events:read", "Reads the event log."
    LISTENING_READ = "listening:read", "Nothing needs it yet."
    LISTENING_WRITE = "listening:write", "Nothing needs it yet."
    WEBHOOKS_READ = "webhooks:read", "Nothing needs it yet."
    WEBHOOKS_WRITE = "webhooks:write", "Nothing needs it yet."
    AUDIT_READ = "audit:read", "Reads the audit trail."
    ADMINISTRATION = (
        "administration",
        "Applications, roles, ownership and sign-in of the workspace.",
    )


SET_ASIDE = frozenset(
    {
        Scope.LISTENING_READ,
        Scope.LISTENING_WRITE,
        Scope.WEBHOOKS_READ,
        Scope.WEBHOOKS_WRITE,
    }
)
"""Nothing stands behind these: who holds them keeps them, nobody else is asked for them."""
OFFERED = tuple(scope for scope in Scope if scope not in SET_ASIDE)

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
