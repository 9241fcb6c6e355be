"""Pure rules of invitations: what becomes of one.

    open ──accept──▶ accepted
     │ ▲
     │ └──resend── open, expired      a new link; the old one counts no longer
     ├──time──▶ expired
     └──revoke──▶ revoked             from expired as well

That it has expired is seen when it is looked at: nothing is written when the time is up.
"""

from datetime import datetime
from enum import StrEnum

from domain.kernel.errors import NotAllowedNow


class InvitationState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Act(StrEnum):
    ACCEPT = "accept"
    RESEND = "resend"
    REVOKE = "revoke"


S = InvitationState
NEXT: dict[tuple[InvitationState, Act], InvitationState] = {
    (S.OPEN, Act.ACCEPT): S.ACCEPTED,
    (S.OPEN, Act.RESEND): S.OPEN,
    (S.OPEN, Act.REVOKE): S.REVOKED,
    (S.EXPIRED, Act.RESEND): S.OPEN,
    (S.EXPIRED, Act.REVOKE): S.REVOKED,
}


def state_at(now: datetime, state: InvitationState, expires_at: datetime) -> InvitationState:
    """The state at a moment, of a row that says `state`."""
    return S.EXPIRED if state is S.OPEN and expires_at <= now else state


def after(state: InvitationState, act: Act) -> InvitationState:
    """Raises `NotAllowedNow`."""
    found = NEXT.get((state, act))
    if found is None:
        raise NotAllowedNow(f"The invitation is {state}.")
    return found
