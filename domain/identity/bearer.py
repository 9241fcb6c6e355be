"""Bearer values: a prefix, the workspace id, a random secret and a checksum, base 62.

    pv_live_  pv_test_   access tokens, API keys and operators' tokens
    pvr_                 refresh tokens         pvc_   authorisation codes
    pvd_                 device codes           pvu_   pushed requests       pvs_   client secrets
    pvl_                 links to networks      pvn_   what networks bring back as `state`
    pve_                 ways to an outside sign-in
    pvi_                 invitations            pvx_   requests to experts
    pvf_                 calendars for calendar programs
    pva_                 approvals of posts

The workspace stands in clear, so that the tenant is known before anything is looked up; the
prefix and the checksum let secret scanners know one without asking us. Client ids carry the
workspace of their application in the same way, without being secret.
"""

import re
import secrets
import zlib
from enum import StrEnum
from uuid import UUID

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WORKSPACE_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 22, 32, 6
HINT_LENGTH = 4


class BearerKind(StrEnum):
    """What a value is for, as its prefix."""

    LIVE = "pv_live_"
    TEST = "pv_test_"
    REFRESH = "pvr_"
    CODE = "pvc_"
    DEVICE = "pvd_"
    PUSHED = "pvu_"
    CLIENT = "pvs_"
    CONSENT_LINK = "pvl_"
    CONSENT_STATE = "pvn_"
    ENTRY = "pve_"
    INVITATION = "pvi_"
    EXPERT = "pvx_"
    FEED = "pvf_"
    REVIEW = "pva_"


ACCESS = frozenset({BearerKind.LIVE, BearerKind.TEST})
REST = WORKSPACE_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH
FORM = re.compile(f"(pv_live_|pv_test_|pv[rcduslneixfa]_)([0-9A-Za-z]{{{REST}}})")
CLIENT_ID = re.compile(f"app_([0-9a-f]{{32}})\\.([0-9A-Za-z]{{{WORKSPACE_LENGTH}}})")


def make_bearer(workspace_id: UUID, kind: BearerKind = BearerKind.LIVE) -> str:
    """A new value with 190 bits of chance."""
    secret = "".join(secrets.choice(DIGITS) for _ in range(SECRET_LENGTH))
    body = kind + _encode(workspace_id.int, WORKSPACE_LENGTH) + secret
    return body + _checksum(body)


def workspace_of(bearer: str, kinds: frozenset[BearerKind] = ACCESS) -> UUID | None:
    """The workspace that a value of one of these kinds names; None when it cannot be ours."""
    found = FORM.fullmatch(bearer)
    if found is None or found[1] not in kinds:
        return None
    if _checksum(bearer[:-CHECKSUM_LENGTH]) != bearer[-CHECKSUM_LENGTH:]:
        return None
    return _uuid(found[2][:WORKSPACE_LENGTH])


def hint_of(bearer: str) -> str:
    """Its last characters, by which people tell one from another."""
    return bearer[-HINT_LENGTH:]


def client_id_of(workspace_id: UUID, application_id: UUID) -> str:
    """How an application calls itself: its id and the workspace that registered it."""
    return f"app_{application_id.hex}.{_encode(workspace_id.int, WORKSPACE_LENGTH)}"


def read_client_id(text: str) -> tuple[UUID, UUID] | None:
    """The workspace and the id in a client id; None when it is none of ours."""
    found = CLIENT_ID.fullmatch(text)
    workspace_id = _uuid(found[2]) if found else None
    if found is None or workspace_id is None:
        return None
    return workspace_id, UUID(hex=found[1])


def _uuid(digits: str) -> UUID | None:
    try:
        return UUID(int=_decode(digits))
    except ValueError:
        return None


def _encode(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, rest = divmod(number, len(DIGITS))
        digits = DIGITS[rest] + digits
    return digits


def _decode(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(DIGITS) + DIGITS.index(digit)
    return number


def _checksum(body: str) -> str:
    return _encode(zlib.crc32(body.encode()), CHECKSUM_LENGTH)
