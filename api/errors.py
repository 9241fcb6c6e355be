"""/v1/errors: every code a problem can have, read from the error trees themselves."""

from collections.abc import Iterator

from fastapi import APIRouter
from pydantic import Field

from api.problems import STATUSES
from api.routes import OpenRoute
from domain.kernel.coded import Coded
from domain.kernel.errors import ParvisError

router = APIRouter(prefix="/v1/errors", tags=["errors"], route_class=OpenRoute)


class CodeView(Coded):
    code: str = Field(description="The stable code; its meaning never changes.")
    status: int = Field(description="The HTTP status it comes with.")
    title: str = Field(description="What is wrong in general.")
    remedy: str = Field(description="What to do about it.")
    is_retryable: bool = Field(description="Whether the same request may succeed later.")
    acting_party: str = Field(description="Who must act: developer, user or operator.")


@router.get("", summary="List every error code")
async def list_errors() -> list[CodeView]:
    """What `code` of a refused request can be, in REST and in GraphQL alike. Needs no token.

    What networks and posts meet stands in `GET /v1/troubles`.
    """
    return list(codes())


def codes() -> Iterator[CodeView]:
    """One entry for each class of the tree that has a code of its own, in the order of codes."""
    found = {kind.code: kind for kind in kinds(ParvisError)}
    for code, kind in sorted(found.items()):
        yield CodeView(
            code=code,
            status=next(STATUSES[each] for each in kind.__mro__ if each in STATUSES),
            title=kind.title,
            remedy=kind.remedy,
            is_retryable=kind.is_retryable,
            acting_party=kind.acting_party,
        )


def kinds(root: type[ParvisError]) -> Iterator[type[ParvisError]]:
    """The class and all below it that have a code of their own."""
    if "code" in vars(root):
        yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)
