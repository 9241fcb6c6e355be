import pytest

from domain.accounts.credentials import open_grant, open_login, renewed, seal_grant, seal_login
from domain.accounts.logins import keyed_digest
from domain.connector.words import Grant, Login
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing, SealBroken
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS

GRANT = Grant("access", refresh="refresh", expires_at=NOW, extra={"scope": "all"})


def test_grant_opens_in_its_own_row_and_column_alone() -> None:
    workspace_id, account_id = new_id(), new_id()
    sealed = seal_grant(KEYS, workspace_id, account_id, GRANT)

    assert open_grant(KEYS, workspace_id, account_id, sealed) == GRANT
    assert b"refresh" not in sealed
    for place in ((workspace_id, new_id()), (new_id(), account_id)):
        with pytest.raises(SealBroken):
            open_grant(KEYS, *place, sealed)
    with pytest.raises(SealBroken):
        open_login(KEYS, workspace_id, account_id, sealed)


def test_login_opens_again() -> None:
    workspace_id, account_id = new_id(), new_id()
    login = Login({"handle": "ana", "password": "s3cret"})
    sealed = seal_login(KEYS, workspace_id, account_id, login)

    assert open_login(KEYS, workspace_id, account_id, sealed) == login
    assert b"s3cret" not in sealed


def test_empty_refresh_never_wipes_out_a_kept_one() -> None:
    bare = renewed(GRANT, Grant("new"))
    whole = renewed(GRANT, Grant("new", refresh="next", extra={"scope": "some"}))

    assert (bare.access, bare.refresh, bare.extra) == ("new", "refresh", {"scope": "all"})
    assert bare.expires_at is None
    assert (whole.refresh, whole.extra) == ("next", {"scope": "some"})


def test_digest_of_a_login_cannot_be_made_without_our_key() -> None:
    other = KeyRing({"k2": bytes(range(32))})

    assert keyed_digest(KEYS, "asked") == keyed_digest(KEYS, "asked")
    assert keyed_digest(KEYS, "asked") != keyed_digest(other, "asked")
    assert keyed_digest(KEYS, "asked") != keyed_digest(KEYS, "asked again")
