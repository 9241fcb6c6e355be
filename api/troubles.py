"""/v1/troubles: what networks and posts meet, beside the errors of the api itself."""

from collections.abc import Iterator

from fastapi import APIRouter
from pydantic import Field

from api.routes import OpenRoute
from domain.agenda.kinds import REMEDIES
from domain.agenda.shapes import AgendaKind
from domain.connector.errors import ActingParty
from domain.connector.misfits import MISFITS
from domain.connector.troubles import TROUBLES
from domain.kernel.coded import Coded
from domain.kernel.words import Word
from domain.posts.drift import MESSAGES

router = APIRouter(prefix="/v1/troubles", tags=["errors"], route_class=OpenRoute)


class TroubleKind(Word):
    """What a code of trouble is about."""

    OUTSIDE = "outside", "A network, a server or a provider did otherwise than was asked."
    MISFIT = "misfit", "A network would not take a post as it is."
    DRIFT = "drift", "A network shows something else than was sent."


class TroubleView(Coded):
    code: str = Field(description="The stable code; its meaning never changes.")
    kind: TroubleKind = Field(description="What it is about.")
    title: str = Field(description="What is wrong in general.")
    remedy: str = Field(description="What to do about it.")
    acting_party: ActingParty = Field(
        description="Who must act, as a rule; a problem says who must this time."
    )
    is_retryable: bool = Field(
        description="Whether a retry can help, with nothing changed in what is sent."
    )


@router.get("", summary="List every code of trouble")
async def list_troubles() -> list[TroubleView]:
    """What networks and posts meet, beside the codes of `GET /v1/errors`. Needs no token.

    What `code` can be of problems of accounts, consents, deliveries, sources and event calendars,
    of errors of operations, of attempts, of misfits, of what drifted, and in the agenda.
    """
    return list(troubles())


def troubles(*kinds: TroubleKind) -> Iterator[TroubleView]:
    """One entry for each code of these kinds, in the order of codes; of all where none is named."""
    found = [*_outside(), *_misfits(), *_drifts()]
    yield from sorted(
        (each for each in found if not kinds or each.kind in kinds), key=lambda each: each.code
    )


def _outside() -> Iterator[TroubleView]:
    for code, trouble in TROUBLES.items():
        yield TroubleView(
            code=code,
            kind=TroubleKind.OUTSIDE,
            title=trouble.title,
            remedy=trouble.remedy,
            acting_party=trouble.acting_party,
            is_retryable=trouble.is_retryable,
        )


def _misfits() -> Iterator[TroubleView]:
    for code, meaning in MISFITS.items():
        yield _of_people(code, TroubleKind.MISFIT, meaning.title, meaning.remedy)


def _drifts() -> Iterator[TroubleView]:
    for code, message in MESSAGES.items():
        remedy = REMEDIES[AgendaKind.CONTENT_DRIFT]
        yield _of_people(code.value, TroubleKind.DRIFT, message.removesuffix("."), remedy)


def _of_people(code: str, kind: TroubleKind, title: str, remedy: str) -> TroubleView:
    """What somebody changes, before it is tried in another way."""
    return TroubleView(
        code=code,
        kind=kind,
        title=title,
        remedy=remedy,
        acting_party=ActingParty.USER,
        is_retryable=False,
    )
