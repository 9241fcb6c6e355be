"""What clients read first: metadata of the server (RFC 8414, OpenID Connect Discovery 1.0).

Beside it stands what the api says of itself as a protected resource (RFC 9728).
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.oauth.grants import METHODS, SECRET_METHODS
from api.oauth.judging import PROMPTS
from api.state import state_of
from domain.identity.scopes import OPENID_SCOPES
from domain.identity.shapes import GrantType, SigningAlgorithm
from domain.kernel.caller import OFFERED
from domain.kernel.languages import Language

RESOURCE = "/.well-known/oauth-protected-resource"
KEPT = {"Cache-Control": "public, max-age=300"}

router = APIRouter(include_in_schema=False)


@router.get("/.well-known/oauth-authorization-server")
@router.get("/.well-known/openid-configuration")
async def server_metadata(request: Request) -> JSONResponse:
    return JSONResponse(_server(state_of(request).settings.public_url), headers=KEPT)


@router.get(RESOURCE)
async def resource_metadata(request: Request) -> JSONResponse:
    root = state_of(request).settings.public_url
    told = {
        "resource": root,
        "authorization_servers": [root],
        "scopes_supported": list(OFFERED),
        "bearer_methods_supported": ["header"],
        "resource_name": "Parvis",
        "resource_documentation": f"{root}/docs",
    }
    return JSONResponse(told, headers=KEPT)


def _server(root: str) -> dict[str, Any]:
    return {
        "issuer": root,
        "authorization_endpoint": f"{root}/oauth/authorize",
        "token_endpoint": f"{root}/oauth/token",
        "jwks_uri": f"{root}/oauth/jwks",
        "userinfo_endpoint": f"{root}/oauth/userinfo",
        "revocation_endpoint": f"{root}/oauth/revoke",
        "introspection_endpoint": f"{root}/oauth/introspect",
        "pushed_authorization_request_endpoint": f"{root}/oauth/par",
        "device_authorization_endpoint": f"{root}/oauth/device_authorization",
        "end_session_endpoint": f"{root}/oauth/logout",
        "service_documentation": f"{root}/docs",
        "scopes_supported": [*OPENID_SCOPES, *OFFERED],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GrantType),
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_methods_supported": SECRET_METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "require_pushed_authorization_requests": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "prompt_values_supported": sorted(PROMPTS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(SigningAlgorithm),
        "claims_supported": [
            *("iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "amr", "at_hash"),
            *("workspace", "name", "locale", "email", "email_verified"),
        ],
        "ui_locales_supported": list(Language),
        "protected_resources": [root],
    }
