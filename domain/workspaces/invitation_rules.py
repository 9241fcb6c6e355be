"""Pure rules of invitations: what becomes of one.

open, accept → accepted
open, resend → open          a new link; the old one counts no longer
open, revoke → revoked
open, time → expired
expired, resend → open
expired, revoke → revoked
"""

from enum import StrEnum

from domain.kernel.words import Word
from domain.workspaces.expiring import Expiring


class InvitationState(Word):
    """How far an invitation is."""

    OPEN = "open", "It waits to be taken up."
    ACCEPTED = "accepted", "The person became a member."
    REVOKED = "revoked", "It was taken back."
    EXPIRED = "expired", "Nobody took it up in time."


class Act(StrEnum):
    ACCEPT = "accept"
    RESEND = "resend"
    REVOKE = "revoke"


S = InvitationState
INVITATION = Expiring(
    "invitation",
    S.OPEN,
    S.EXPIRED,
    {
        (S.OPEN, Act.ACCEPT): S.ACCEPTED,
        (S.OPEN, Act.RESEND): S.OPEN,
        (S.OPEN, Act.REVOKE): S.REVOKED,
        (S.EXPIRED, Act.RESEND): S.OPEN,
        (S.EXPIRED, Act.REVOKE): S.REVOKED,
    },
)
