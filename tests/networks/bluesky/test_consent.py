"""Consent at an account's own authorisation server, with tokens bound to a key."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import JsonValue

from domain.connector.consent import Begun
from domain.connector.dialects import oauth2
from domain.connector.errors import GrantExpired, RateLimited, Refused
from domain.connector.http import Call
from domain.connector.words import Access, Grant
from domain.networks.bluesky import connect as bluesky_connect
from domain.networks.bluesky import consent as bluesky
from domain.networks.bluesky import dpop
from domain.networks.bluesky.ourselves import SCOPE
from tests.networks.consenting import CALLBACK, ROOT, Shelf, form_of, proof_of, query_of, wish
from tests.networks.scripted import Exchange, ScriptedHttp

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DID = "did:plc:ana"
PDS = "https://pds.example"
ISSUER = "https://auth.example"
TOKEN_ENDPOINT = f"{ISSUER}/oauth/token"

RESOURCE = Exchange(
    method="GET",
    path="/.well-known/oauth-protected-resource",
    json_={"authorization_servers": [ISSUER]},
)
FACTS = Exchange(
    method="GET",
    path="/.well-known/oauth-authorization-server",
    json_={
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/oauth/authorize",
        "token_endpoint": TOKEN_ENDPOINT,
        "pushed_authorization_request_endpoint": f"{ISSUER}/oauth/par",
    },
)
WANTS_NONCE = Exchange(
    method="POST",
    path="/oauth/par",
    status=400,
    headers={"dpop-nonce": "n1"},
    json_={"error": "use_dpop_nonce"},
)
PUSHED = Exchange(method="POST", path="/oauth/par", status=201, json_={"request_uri": "urn:par:1"})
DOCUMENT = Exchange(
    method="GET",
    path=f"/{DID}",
    json_={"service": [{"id": "#atproto_pds", "serviceEndpoint": PDS}]},
)
TOKENS = Exchange(
    method="POST",
    path="/oauth/token",
    json_={
        "access_token": "at",
        "refresh_token": "rt",
        "expires_in": 3600,
        "token_type": "DPoP",
        "sub": DID,
    },
)
PERSON = Exchange(
    method="GET",
    path="/xrpc/app.bsky.actor.getProfile",
    json_={"did": DID, "handle": "ana.example"},
)


async def begin(shelf: Shelf, root: str = ROOT) -> tuple[Begun, ScriptedHttp]:
    http = ScriptedHttp([RESOURCE, FACTS, WANTS_NONCE, PUSHED])
    wished = wish(root, handle="@ana.example", server=PDS)
    return await bluesky.begin(http, wished, shelf), http


async def test_the_request_is_pushed_with_a_proof_and_the_servers_nonce() -> None:
    shelf = Shelf()

    begun, http = await begin(shelf)

    http.assert_finished()
    first, second = proof_of(http.calls[2]), proof_of(http.calls[3])
    assert "nonce" not in first
    assert (second["htm"], second["htu"], second["nonce"]) == (
        "POST",
        f"{ISSUER}/oauth/par",
        "n1",
    )
    assert first["jti"] != second["jti"]
    form = form_of(http.calls[3])
    assert form["login_hint"] == "ana.example"
    assert form["client_id"] == f"{ROOT}/connect/clients/bluesky.json"
    assert query_of(begun.url) == {"client_id": form["client_id"], "request_uri": "urn:par:1"}


@pytest.mark.parametrize("asked", [[RESOURCE], [RESOURCE, FACTS], [RESOURCE, FACTS, PUSHED]])
async def test_a_server_that_is_asked_too_often_is_asked_again(asked: list[Exchange]) -> None:
    """It was said that Bluesky knows no such handle, or that the server refuses us."""
    slowed = asked[-1].model_copy(update={"status": 429, "json_": {}})
    http = ScriptedHttp([*asked[:-1], slowed])

    with pytest.raises(RateLimited):
        await bluesky.begin(http, wish(handle="ana.example", server=PDS), Shelf())


async def test_we_prove_ourselves_with_the_key_our_document_shows() -> None:
    shelf = Shelf()

    _, http = await begin(shelf)

    document = bluesky.document(ROOT, CALLBACK, shelf.kept[""])
    assert document is not None
    shown = json.loads(json.dumps(document))["jwks"]["keys"][0]
    assertion = form_of(http.calls[3])["client_assertion"]
    claims = jwt.decode(assertion, ECKey.import_key(shown), ["ES256"]).claims
    assert (claims["iss"], claims["aud"]) == (document["client_id"], ISSUER)
    assert "d" not in shown


async def test_on_loopback_nobody_can_read_our_document_and_we_go_without_a_key() -> None:
    shelf = Shelf()

    _, http = await begin(shelf, "http://127.0.0.1:8000")

    form = form_of(http.calls[3])
    assert "client_assertion" not in form
    assert query_of(form["client_id"]) == {
        "redirect_uri": "http://127.0.0.1:8000/connect/callback",
        "scope": SCOPE,
    }
    assert shelf.kept == {}


async def test_the_identitys_own_document_vouches_for_the_server() -> None:
    shelf = Shelf()
    begun, _ = await begin(shelf)
    script = [TOKENS, DOCUMENT, RESOURCE, FACTS, FACTS, PERSON]
    http = ScriptedHttp(script)

    connected = await bluesky.finish(
        http, wish(handle="ana.example"), begun, "code", shelf, now=NOW
    )

    http.assert_finished()
    assert (connected.server, connected.profile.remote_id) == (PDS, DID)
    assert connected.grant.refresh == "rt"
    assert connected.grant.expires_at == NOW + timedelta(hours=1)
    assert http.calls[-1].headers["authorization"] == "DPoP at"
    assert proof_of(http.calls[-1])["ath"] == oauth2.challenge_of("at")


async def test_tokens_of_a_server_that_may_not_speak_for_the_identity_are_refused() -> None:
    shelf = Shelf()
    begun, _ = await begin(shelf)
    other = FACTS.model_copy(
        update={"json_": {**dict(FACTS.json_), "issuer": "https://evil.example"}}  # type: ignore[arg-type]  # a mapping
    )
    foreign = RESOURCE.model_copy(
        update={"json_": {"authorization_servers": ["https://evil.example"]}}
    )
    script = [TOKENS, DOCUMENT, foreign, other, FACTS]

    with pytest.raises(Refused, match="may not speak"):
        await bluesky.finish(
            ScriptedHttp(script), wish(handle="ana.example"), begun, "code", shelf, now=NOW
        )


async def test_a_renewal_goes_under_the_same_key() -> None:
    key = dpop.new_key()
    extra = {"dpop_key": key, "client_id": "x", "token_endpoint": TOKEN_ENDPOINT}
    access = Access(PDS, DID, "ana.example", Grant("at", "rt", NOW, extra))
    http = ScriptedHttp([TOKENS])

    renewed = await bluesky_connect.refresh(http, access, now=NOW)

    assert form_of(http.calls[0])["refresh_token"] == "rt"
    assert (renewed.access, renewed.refresh) == ("at", "rt")


async def test_a_renewal_for_somebody_else_is_not_believed() -> None:
    extra = {
        "dpop_key": dpop.new_key(),
        "client_id": "x",
        "token_endpoint": TOKEN_ENDPOINT,
    }
    access = Access(PDS, "did:plc:other", "other", Grant("at", "rt", NOW, extra))

    with pytest.raises(GrantExpired):
        await bluesky_connect.refresh(ScriptedHttp([TOKENS]), access, now=NOW)


CLOCK = {"date": "Sun, 22 Nov 2026 10:00:00 GMT"}
THEIRS = int(datetime(2026, 11, 22, 10, 0, tzinfo=UTC).timestamp())
"""Days from ours."""


def refused(word: str, path: str = TOKENS.path, **headers: str) -> Exchange:
    failure: dict[str, JsonValue] = {"error": word}
    return Exchange(
        method="POST", path=path, status=401, headers={**CLOCK, **headers}, json_=failure
    )


async def test_proofs_are_made_by_the_servers_clock_where_ours_is_wrong() -> None:
    """The grant was taken for one that ended: nothing was published until the clock was right."""
    server = refused("invalid_dpop_proof"), refused("use_dpop_nonce", **{"dpop-nonce": "n1"})
    http = ScriptedHttp([*server, TOKENS])

    reply = await dpop.ProvingHttp(http, dpop.new_key())(Call("POST", TOKEN_ENDPOINT))

    http.assert_finished()
    assert reply.status == 200
    last = proof_of(http.calls[-1])
    assert isinstance(last["iat"], int)
    assert THEIRS <= last["iat"] < THEIRS + 60
    assert last["nonce"] == "n1"


async def test_proof_that_is_refused_by_a_right_clock_is_not_made_again() -> None:
    right = format_datetime(datetime.now(UTC), usegmt=True)
    http = ScriptedHttp([refused("invalid_dpop_proof", date=right)])

    reply = await dpop.ProvingHttp(http, dpop.new_key())(Call("POST", TOKEN_ENDPOINT))

    assert reply.status == 401


async def test_we_name_ourselves_by_the_servers_clock_where_ours_is_wrong() -> None:
    """It was taken for a server that had forgotten us."""
    extra = {
        "dpop_key": dpop.new_key(),
        "client_id": "x",
        "client_key": dpop.new_key(),
        "issuer": ISSUER,
        "token_endpoint": TOKEN_ENDPOINT,
    }
    access = Access(PDS, DID, "ana.example", Grant("at", "rt", NOW, extra))
    http = ScriptedHttp([refused("invalid_client"), TOKENS])

    renewed = await bluesky_connect.refresh(http, access, now=NOW)

    assert renewed.refresh == "rt"
    form = form_of(http.calls[-1])
    key = ECKey.import_key(json.loads(extra["client_key"]))
    claims = jwt.decode(form["client_assertion"], key, ["ES256"]).claims
    assert THEIRS - 60 < claims["iat"] < THEIRS
    assert form["refresh_token"] == "rt"
