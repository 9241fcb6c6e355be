"""Applications: registered by a workspace, with secrets that are shown once and rotate."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record, record_change
from domain.identity.bearer import BearerKind, hint_of, make_bearer
from domain.identity.queries import application_views, visible_applications
from domain.identity.rules import redirect_fault
from domain.identity.scopes import OPENID_SCOPES
from domain.identity.shapes import (
    ApplicationKind,
    ApplicationView,
    ChangeApplication,
    CreateApplication,
    CreateSecret,
    GrantType,
    NewSecret,
    SecretView,
)
from domain.identity.tables import Application, ApplicationSecret
from domain.kernel.caller import SET_ASIDE, Caller, Scope
from domain.kernel.changes import apply, find_for_change, insert, made_before, made_now
from domain.kernel.errors import (
    Fault,
    Misfit,
    NotAllowedNow,
    NotFound,
    RedirectUnfit,
    ScopeBeyond,
)
from domain.kernel.ids import new_id, show
from domain.kernel.sealing import fingerprint


async def create_application(
    session: AsyncSession, caller: Caller, command: CreateApplication, *, now: datetime
) -> ApplicationView:
    """Raises `RedirectUnfit`, and `Misfit` where its parts do not fit each other.

    `ScopeBeyond` where it may do more on its own than the caller.
    """
    caller.need(Scope.ADMINISTRATION)
    before = await made_before(session, caller, Application, command)
    if before is not None:
        return await _view(session, caller, before)
    row = Application(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id"}),
    )
    _check(row)
    _need_scopes(caller, _done_alone(row))
    await insert(session, row, taken="An application with this id exists already.")
    record(session, caller, "application.registered", ("application", row.id), now=now)
    return await _view(session, caller, row)


async def change_application(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeApplication,
    *,
    expected_version: int | None,
    now: datetime,
) -> ApplicationView:
    """As for a new one. What it already holds follows within a second."""
    row = await _application(session, caller, id_, expected_version)
    before = _done_alone(row)
    previous = apply(row, _values(command, row, now), now=now)
    _check(row)
    _need_scopes(caller, _done_alone(row) - before)
    if previous:
        await session.flush()
        kind = _happened(previous, row)
        about = ("application", id_)
        record_change(session, caller, f"application.{kind}", about, row, previous, now=now)
    return await _view(session, caller, row)


async def remove_application(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """What it holds in any workspace ends within a second."""
    row = await _application(session, caller, id_, expected_version)
    await session.delete(row)
    await session.flush()
    about = {"name": row.name}
    record(session, caller, "application.removed", ("application", id_), now=now, data=about)


async def create_application_secret(
    session: AsyncSession, caller: Caller, id_: UUID, command: CreateSecret, *, now: datetime
) -> NewSecret:
    """A new secret beside the older ones, which end after the overlap.

    Raises `NotAllowedNow` for an application that cannot keep one, `ScopeBeyond` for one that may
    do more on its own than the caller.
    """
    row = await _application(session, caller, id_, None)
    if not row.is_confidential:
        raise NotAllowedNow("A public application cannot keep a secret.")
    _need_scopes(caller, _done_alone(row))
    await _end_older(session, row, now=now, overlap=timedelta(hours=command.overlap_h))
    bearer = make_bearer(caller.workspace_id, BearerKind.CLIENT)
    secret = ApplicationSecret(
        workspace_id=caller.workspace_id,
        id=new_id(),
        application_id=id_,
        fingerprint=fingerprint(bearer),
        hint=hint_of(bearer),
        created_at=now,
        expires_at=None,
    )
    session.add(secret)
    await session.flush()
    about = {"secret": show("sec", secret.id)}
    record(session, caller, "application.secret_made", ("application", id_), now=now, data=about)
    shown = SecretView.model_validate(secret).model_dump()
    return NewSecret(application_id=id_, secret=bearer, **shown)


async def revoke_application_secret(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> None:
    """Ends one secret at once."""
    caller.need(Scope.ADMINISTRATION)
    secret = await session.get(ApplicationSecret, (caller.workspace_id, id_), with_for_update=True)
    if secret is None:
        raise NotFound("application secret", [id_])
    await session.delete(secret)
    subject = ("application", secret.application_id)
    about = {"secret": show("sec", id_)}
    record(session, caller, "application.secret_revoked", subject, now=now, data=about)


async def _end_older(
    session: AsyncSession, row: Application, *, now: datetime, overlap: timedelta
) -> None:
    table, ends_at = ApplicationSecret, now + overlap
    own = (
        col(table.workspace_id) == row.workspace_id,
        col(table.application_id) == row.id,
    )
    await session.exec(delete(table).where(*own, col(table.expires_at) <= now))
    lasting = or_(col(table.expires_at).is_(None), col(table.expires_at) > ends_at)
    await session.exec(update(table).where(*own, lasting).values(expires_at=ends_at))


async def _application(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Application:
    statement = visible_applications(caller).where(col(Application.id) == id_)
    return await find_for_change(
        session, statement, what="application", expected_version=expected_version
    )


async def _view(session: AsyncSession, caller: Caller, row: Application) -> ApplicationView:
    [view] = await application_views(session, caller, [row])
    return view


def _values(command: ChangeApplication, row: Application, now: datetime) -> dict[str, Any]:
    values = command.sent()
    if "is_suspended" in values:
        values["suspended_at"] = (row.suspended_at or now) if values.pop("is_suspended") else None
    return values


def _happened(previous: dict[str, Any], row: Application) -> str:
    if "suspended_at" not in previous:
        return "changed"
    return "resumed" if row.suspended_at is None else "suspended"


def _done_alone(row: Application) -> frozenset[str]:
    """What it may do without anybody's consent, and whoever has its secret."""
    if GrantType.CLIENT not in row.grant_types:
        return frozenset()
    return frozenset(row.scopes).difference(OPENID_SCOPES, SET_ASIDE)


def _need_scopes(caller: Caller, scopes: frozenset[str]) -> None:
    if not scopes <= caller.scopes:
        raise ScopeBeyond(at="/scopes")


def _check(row: Application) -> None:
    faults = tuple(_redirect_faults("redirect_uris", row, row.redirect_uris)) + tuple(
        _redirect_faults("post_logout_uris", row, row.post_logout_uris)
    )
    if faults:
        raise RedirectUnfit(faults[0].message, faults=faults)
    misfits = tuple(_misfits(row))
    if misfits:
        raise Misfit(misfits[0].message, faults=misfits)


def _redirect_faults(field: str, row: Application, uris: Sequence[str]) -> Iterator[Fault]:
    for place, uri in enumerate(uris):
        fault = redirect_fault(
            uri,
            is_test=row.kind == ApplicationKind.TEST,
            is_confidential=row.is_confidential,
        )
        if fault is not None:
            yield Fault(f"/{field}/{place}", RedirectUnfit.code, fault)


def _misfits(row: Application) -> Iterator[Fault]:
    if GrantType.CODE in row.grant_types and not row.redirect_uris:
        yield Fault("/redirect_uris", "redirect_uri.missing", "Codes need an address to go to.")
    if GrantType.CLIENT in row.grant_types and not row.is_confidential:
        message = "A public application cannot act on its own: it keeps no secret."
        yield Fault("/grant_types", "grant_type.unfit", message)
    if not {GrantType.CODE, GrantType.DEVICE, GrantType.CLIENT}.intersection(row.grant_types):
        yield Fault("/grant_types", "grant_type.unfit", "A refresh token has to come of something.")
