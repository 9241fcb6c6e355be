"""An id_token that a client sends back to us, to say whom it means (`id_token_hint`)."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.state import state_of
from domain.identity.shapes import SigningAlgorithm


async def claims_in(request: Request, hint: str) -> Mapping[str, Any]:
    """The claims of an id_token of ours, however old; none when it is not one."""
    state = state_of(request)
    keys = await state.signing.public_keys(now=request.state.now)
    try:
        token = jwt.decode(
            hint,
            KeySet.import_key_set({"keys": keys}),
            algorithms=[each.value for each in SigningAlgorithm],
        )
    except (JoseError, ValueError):
        return {}
    claims: Mapping[str, Any] = token.claims
    return claims if claims.get("iss") == state.settings.public_url else {}
