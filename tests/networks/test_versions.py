"""Versions of networks' apis: those asked for are spoken, and one that is gone is told so."""

from dataclasses import dataclass, field, replace

import pytest
from pydantic import JsonValue

from domain.connector.errors import Unavailable, VersionGone
from domain.connector.http import Call, Reply
from domain.connector.manifest import Api
from tests.networks.abilities import CONNECTING, PUBLISHING
from tests.networks.cases import case_of, connector_of
from tests.networks.drafts import NOW
from tests.networks.playing import assert_keeps_secrets, failing_post, post_for, publish
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

CHOICES = [
    pytest.param(key, api, version.name, id=f"{key}.{api.name}={version.name}")
    for key in CONNECTING
    for api in connector_of(key).manifest.apis
    for version in api.versions
    if len(api.versions) > 1
]
VERSIONED = [key for key in CONNECTING if connector_of(key).manifest.apis]
OWN_WORDS = [
    ("discord", 400, {"code": 50041, "message": "Invalid API version provided"}),
    ("facebook", 400, {"error": {"code": 2635, "message": "You are calling a deprecated version"}}),
    ("bluesky", 501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"}),
]


@dataclass
class Away:
    """Notes where it was called and what was asked for in headers, and is not there."""

    asked: list[str] = field(default_factory=list)

    async def __call__(self, call: Call) -> Reply:
        self.asked.append(f"{call.url} {' '.join(call.headers.values())}")
        raise Unavailable("It is not there.")


@pytest.mark.parametrize(("key", "api", "version"), CHOICES)
async def test_version_that_is_asked_for_is_spoken(key: str, api: Api, version: str) -> None:
    ability, case, http = connector_of(key).connect, case_of(key), Away()
    assert ability is not None
    chosen = {api.name: version}

    with pytest.raises(Unavailable):
        await ability.check(http, replace(case.access, versions=chosen))
    with pytest.raises(Unavailable):
        await ability.connect(http, replace(case.login, versions=chosen), now=NOW)

    named = f"{api.at(version)}/" if "{version}" in api.path else version
    assert [each for each in http.asked if named not in each] == []
    assert len(http.asked) == 2


def gone(key: str, status: int, body: JsonValue) -> Exchange:
    """As a network says it that repeats our token."""
    said = {"code": "NONEXISTENT_VERSION", "message": case_of(key).access.grant.access}
    return Exchange(method="", path="", status=status, json_=body or said)


@pytest.mark.parametrize("key", VERSIONED)
async def test_check_that_meets_no_such_version_locks_nobody_out(key: str) -> None:
    first = recorded(key, "check")[0]
    refusal = gone(key, 426, None).model_copy(update={"method": first.method, "path": first.path})
    ability, case = connector_of(key).connect, case_of(key)
    assert ability is not None

    with pytest.raises(VersionGone) as caught:
        await ability.check(ScriptedHttp([refusal]), case.access)

    assert caught.value.code == "network.version_gone"
    assert_keeps_secrets(case, caught.value)


@pytest.mark.parametrize(
    ("key", "status", "body"), [*((key, 426, None) for key in PUBLISHING), *OWN_WORDS]
)
async def test_post_in_a_version_that_is_gone_is_surely_not_there(
    key: str, status: int, body: JsonValue
) -> None:
    with pytest.raises(VersionGone) as caught:
        await publish(key, failing_post(key, gone(key, status, body)), post_for(key), {})

    assert_keeps_secrets(case_of(key), caught.value)
