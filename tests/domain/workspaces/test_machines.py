"""The state machines of invitations and of requests to experts: every transition, drawn or not."""

from datetime import timedelta
from itertools import product

import pytest

from domain.kernel.errors import NotAllowedNow
from domain.workspaces import expert_rules, invitation_rules
from domain.workspaces.expert_rules import REQUEST, ExpertState
from domain.workspaces.invitation_rules import INVITATION, InvitationState
from tests.conftest import NOW

INVITATIONS = {
    ("open", "accept"): "accepted",
    ("open", "resend"): "open",
    ("open", "revoke"): "revoked",
    ("expired", "resend"): "open",
    ("expired", "revoke"): "revoked",
}
EXPERTS = {
    ("open", "answer"): "answered",
    ("open", "remind"): "open",
    ("open", "withdraw"): "withdrawn",
    ("expired", "remind"): "open",
    ("expired", "withdraw"): "withdrawn",
}


@pytest.mark.parametrize(
    ("state", "act"), list(product(InvitationState, invitation_rules.Act)), ids=str
)
def test_invitation_goes_where_the_drawing_says(
    state: InvitationState, act: invitation_rules.Act
) -> None:
    goes_to = INVITATIONS.get((state, act))

    if goes_to is None:
        with pytest.raises(NotAllowedNow):
            INVITATION.after(state, act)
    else:
        assert INVITATION.after(state, act) == goes_to


@pytest.mark.parametrize(("state", "act"), list(product(ExpertState, expert_rules.Act)), ids=str)
def test_request_goes_where_the_drawing_says(state: ExpertState, act: expert_rules.Act) -> None:
    goes_to = EXPERTS.get((state, act))

    if goes_to is None:
        with pytest.raises(NotAllowedNow):
            REQUEST.after(state, act)
    else:
        assert REQUEST.after(state, act) == goes_to


@pytest.mark.parametrize("state", list(InvitationState))
def test_only_an_open_invitation_expires(state: InvitationState) -> None:
    over = INVITATION.at(NOW, state, NOW)
    not_yet = INVITATION.at(NOW, state, NOW + timedelta(seconds=1))

    assert over == (InvitationState.EXPIRED if state is InvitationState.OPEN else state)
    assert not_yet == state


@pytest.mark.parametrize("state", list(ExpertState))
def test_only_an_open_request_expires(state: ExpertState) -> None:
    over = REQUEST.at(NOW, state, NOW)
    not_yet = REQUEST.at(NOW, state, NOW + timedelta(seconds=1))

    assert over == (ExpertState.EXPIRED if state is ExpertState.OPEN else state)
    assert not_yet == state
