"""Bearer values name their kind and workspace, and are known by their checksum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.bearer import (
    BearerKind,
    client_id_of,
    hint_of,
    make_bearer,
    read_client_id,
    workspace_of,
)
from domain.kernel.ids import new_id
from domain.kernel.logs import BLOT, redact


@pytest.mark.parametrize("kind", list(BearerKind))
def test_value_names_its_workspace_for_its_own_kind_alone(kind: BearerKind) -> None:
    workspace_id = new_id()
    bearer = make_bearer(workspace_id, kind)

    assert bearer.startswith(kind)
    assert workspace_of(bearer, frozenset({kind})) == workspace_id
    assert workspace_of(bearer, frozenset(BearerKind) - {kind}) is None
    assert bearer.endswith(hint_of(bearer))


@pytest.mark.parametrize("kind", list(BearerKind))
def test_value_is_blotted_out_of_logs(kind: BearerKind) -> None:
    assert redact(f"sent {make_bearer(new_id(), kind)} twice") == f"sent {BLOT} twice"


def test_changed_value_is_not_one_of_ours() -> None:
    bearer = make_bearer(new_id())

    for place in range(len("pv_live_"), len(bearer)):
        other = "1" if bearer[place] != "1" else "2"
        assert workspace_of(bearer[:place] + other + bearer[place + 1 :]) is None
    assert workspace_of(bearer + "0") is None
    assert workspace_of(bearer[:-1]) is None


@given(st.text(max_size=90))
def test_junk_is_not_one_of_ours(junk: str) -> None:
    assert workspace_of(junk) is None
    assert read_client_id(junk) is None


def test_client_id_holds_workspace_and_application() -> None:
    workspace_id, application_id = new_id(), new_id()
    client_id = client_id_of(workspace_id, application_id)

    assert read_client_id(client_id) == (workspace_id, application_id)
    assert read_client_id(client_id.upper()) is None
    # 22 digits hold more than a uuid: what is too large is no workspace.
    assert read_client_id(client_id[:-22] + "z" * 22) is None
