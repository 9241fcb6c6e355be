"""What links to people outside take, with secrets of our form."""

from uuid import UUID

from domain.identity.bearer import BearerKind, make_bearer
from domain.kernel.sealing import KeyRing
from domain.workspaces.letters import Doors, LinkKind


def doors_at(root: str, keys: KeyRing) -> Doors:
    """`root` is our address as people reach it."""
    return Doors(root, keys, _new_secret)


def _new_secret(workspace_id: UUID, kind: LinkKind) -> str:
    return make_bearer(workspace_id, BearerKind[kind.name])
