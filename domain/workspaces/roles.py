"""Role templates as data: what a member of each role may do.

A restricted member, one who is held to some communities, has none of `WHOLE_WORKSPACE` whatever
the role says: `domain/kernel/caller.py` takes it from every restricted caller.
"""

from domain.kernel.caller import Scope
from domain.workspaces.shapes import Role

_READER = frozenset(
    {
        Scope.WORKSPACE_READ,
        Scope.MEMBERS_READ,
        Scope.COMMUNITIES_READ,
        Scope.ACCOUNTS_READ,
        Scope.CALENDARS_READ,
        Scope.POSTS_READ,
        Scope.MENTIONS_READ,
        Scope.METRICS_READ,
        Scope.LISTENING_READ,
    }
)
_EDITOR = _READER | {Scope.CALENDARS_WRITE, Scope.POSTS_WRITE}

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope),
    Role.MANAGER: frozenset(Scope) - {Scope.ADMINISTRATION},
    Role.COMMUNITY_MANAGER: _EDITOR
    | {
        Scope.MEMBERS_PERSONAL,
        Scope.COMMUNITIES_WRITE,
        Scope.ACCOUNTS_WRITE,
        Scope.POSTS_PUBLISH,
        Scope.POSTS_APPROVE,
        Scope.MENTIONS_WRITE,
        Scope.MENTIONS_ANSWER,
        Scope.LISTENING_WRITE,
        Scope.EVENTS_READ,
    },
    Role.EDITOR: _EDITOR,
    Role.ANALYST: _READER | {Scope.LISTENING_WRITE, Scope.EVENTS_READ},
    Role.EXPERT: frozenset(
        {
            Scope.WORKSPACE_READ,
            Scope.MEMBERS_READ,
            Scope.COMMUNITIES_READ,
            Scope.POSTS_READ,
            Scope.MENTIONS_READ,
        }
    ),
    Role.READER: _READER,
}
