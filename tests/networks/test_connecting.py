"""Connecting, checking and refreshing, as every network does them."""

import pytest

from domain.connector.errors import Barred, GrantExpired, Refused
from domain.connector.http import Call, Reply
from tests.networks.abilities import CONNECTING, leaking
from tests.networks.cases import case_of, connector_of
from tests.networks.drafts import NOW
from tests.networks.playing import assert_keeps_secrets, script
from tests.networks.scripted import ScriptedHttp, recorded


@pytest.mark.parametrize("key", CONNECTING)
async def test_connecting_gives_the_account_and_what_lets_us_in(key: str) -> None:
    case, http, ability = case_of(key), script(key, "connect"), connector_of(key).connect
    assert ability is not None
    connected = await ability.connect(http, case.login, now=NOW)
    http.assert_finished()
    assert connected.server == case.access.server
    assert connected.profile.remote_id == case.access.remote_id
    assert connected.profile.handle == case.access.handle
    told = [secret for secret in case.every_secret if any(secret in c.url for c in http.calls)]
    assert bool(told) == case.has_secret_in_path


@pytest.mark.parametrize("key", CONNECTING)
async def test_login_that_is_not_accepted_is_told_without_the_login(key: str) -> None:
    case, ability = case_of(key), connector_of(key).connect
    assert ability is not None
    first = recorded(key, "connect")[0]
    refusal = leaking(case.failures["locked_out"], case.secrets)
    refusal = refusal.model_copy(update={"method": first.method, "path": first.path})
    with pytest.raises((GrantExpired, Refused)) as caught:
        await ability.connect(ScriptedHttp([refusal]), case.login, now=NOW)
    assert_keeps_secrets(case, caught.value)


@pytest.mark.parametrize("key", CONNECTING)
async def test_check_shows_the_account(key: str) -> None:
    case, http, ability = case_of(key), script(key, "check"), connector_of(key).connect
    assert ability is not None
    profile = await ability.check(http, case.access)
    http.assert_finished()
    assert (profile.remote_id, profile.handle) == (case.access.remote_id, case.access.handle)


@pytest.mark.parametrize("key", CONNECTING)
async def test_refresh_renews_the_whole_grant_or_says_that_none_is_needed(key: str) -> None:
    case, ability = case_of(key), connector_of(key).connect
    assert ability is not None
    http = script(key, "refresh") if case.renews_grant else ScriptedHttp([])
    grant = await ability.refresh(http, case.access, now=NOW)
    http.assert_finished()
    if not case.renews_grant:
        assert grant is None
        return
    assert grant is not None
    assert grant.access != case.access.grant.access
    assert grant.refresh not in (None, "", case.access.grant.refresh)
    assert grant.expires_at is None or grant.expires_at.tzinfo is not None


async def nowhere(call: Call) -> Reply:  # noqa: ARG001 - the port's signature
    """What workers say of a private address that OUTBOUND_ALLOW does not list."""
    raise Barred("It lies on a private address.", code="outbound.address_refused")


@pytest.mark.parametrize("key", CONNECTING)
async def test_an_address_that_may_not_be_called_is_no_refused_login(key: str) -> None:
    """People were asked for new tokens, and no operator for a line in the settings."""
    case, ability = case_of(key), connector_of(key).connect
    assert ability is not None
    with pytest.raises(Barred):
        await ability.connect(nowhere, case.login, now=NOW)
    with pytest.raises(Barred):
        await ability.check(nowhere, case.access)
