"""Passkeys (WebAuthn): made, asked, counted; each proves possession and its person's presence."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.errors import PasskeyRefused
from domain.kernel.ids import new_id
from domain.people.challenges import make_challenge, spend_challenge
from domain.people.shapes import PasskeyView, UserView
from domain.people.tables import Passkey

MOST = 20
MAKE, ASK = "make", "ask"
# The library is imported where it is used: 13 MiB that a process needs once passkeys are.


@dataclass(frozen=True, slots=True, repr=False)
class Ceremony:
    """Where a passkey is asked for: our address, and a secret that only this browser sends."""

    root: str
    browser: str

    @property
    def host(self) -> str:
        return urlsplit(self.root).hostname or ""


async def list_passkeys(session: AsyncSession, user_id: UUID) -> list[PasskeyView]:
    return [PasskeyView.model_validate(row) for row in await _of(session, user_id)]


async def begin_passkey(
    session: AsyncSession, ceremony: Ceremony, user: UserView, *, now: datetime
) -> str:
    """What the browser needs to make one, as JSON."""
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415 - see above
    from webauthn.helpers.structs import (  # noqa: PLC0415 - see above
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = [
        PublicKeyCredentialDescriptor(id=row.credential_id) for row in await _of(session, user.id)
    ]
    options = generate_registration_options(
        rp_id=ceremony.host,
        rp_name="Parvis",
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=make_challenge(ceremony.browser, MAKE, now=now),
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


async def add_passkey(
    session: AsyncSession,
    ceremony: Ceremony,
    user_id: UUID,
    answer: str,
    *,
    name: str,
    now: datetime,
) -> None:
    """Keeps the public key. Raises `PasskeyRefused`."""
    from webauthn import verify_registration_response  # noqa: PLC0415 - see above
    from webauthn.helpers import parse_registration_credential_json  # noqa: PLC0415 - see above
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - see above

    challenge = _challenge_in(answer)
    await spend_challenge(session, challenge, ceremony.browser, MAKE, now=now)
    if len(await _of(session, user_id)) >= MOST:
        raise PasskeyRefused(f"An account has at most {MOST} passkeys.")
    try:
        found = verify_registration_response(
            credential=parse_registration_credential_json(answer),
            expected_challenge=challenge,
            expected_rp_id=ceremony.host,
            expected_origin=ceremony.root,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise PasskeyRefused from error
    if await _by_credential(session, found.credential_id) is not None:
        raise PasskeyRefused
    session.add(
        Passkey(
            id=new_id(),
            user_id=user_id,
            credential_id=found.credential_id,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
            name=name,
            created_at=now,
        )
    )
    await session.flush()


def ask_passkey(ceremony: Ceremony, *, now: datetime) -> str:
    """What the browser needs to ask for one, whoever it belongs to, as JSON."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415 - see above
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415 - see above

    challenge = make_challenge(ceremony.browser, ASK, now=now)
    options = generate_authentication_options(
        rp_id=ceremony.host,
        challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


async def check_passkey(
    session: AsyncSession, ceremony: Ceremony, answer: str, *, now: datetime
) -> UUID:
    """Whose passkey answered. Raises `PasskeyRefused`."""
    from webauthn import verify_authentication_response  # noqa: PLC0415 - see above
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415 - see above
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - see above

    challenge = _challenge_in(answer)
    await spend_challenge(session, challenge, ceremony.browser, ASK, now=now)
    try:
        credential = parse_authentication_credential_json(answer)
        row = await _by_credential(session, credential.raw_id)
        if row is None or credential.response.user_handle not in {None, row.user_id.bytes}:
            raise PasskeyRefused
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=ceremony.host,
            expected_origin=ceremony.root,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise PasskeyRefused from error
    row.sign_count, row.used_at = found.new_sign_count, now
    return row.user_id


async def remove_passkey(session: AsyncSession, user_id: UUID, passkey_id: UUID) -> None:
    await session.exec(
        delete(Passkey).where(col(Passkey.user_id) == user_id, col(Passkey.id) == passkey_id)
    )


async def _of(session: AsyncSession, user_id: UUID) -> list[Passkey]:
    statement = select(Passkey).where(col(Passkey.user_id) == user_id)
    return list((await session.exec(statement.order_by(col(Passkey.created_at)))).all())


async def _by_credential(session: AsyncSession, credential_id: bytes) -> Passkey | None:
    statement = select(Passkey).where(col(Passkey.credential_id) == credential_id)
    return (await session.exec(statement.with_for_update())).one_or_none()


def _challenge_in(answer: str) -> bytes:
    """The challenge that the browser says it was given."""
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - see above

    try:
        said: Any = json.loads(answer)
        client: Any = json.loads(base64url_to_bytes(said["response"]["clientDataJSON"]))
        return base64url_to_bytes(client["challenge"])
    except (ValueError, TypeError, KeyError):
        raise PasskeyRefused from None
