"""`WWW-Authenticate`: what is wrong with a token, and where another is to be had."""

from fastapi import Request

from domain.kernel.errors import ParvisError, ScopeMissing, TokenInvalid, Unauthenticated

REALM = 'Bearer realm="parvis"'
HEADER = "WWW-Authenticate"


def challenge(*told: str) -> str:
    return ", ".join((REALM, *told))


def challenged(request: Request, error: ParvisError) -> dict[str, str]:
    """Where a client without a token that will do learns how to come by one (RFC 9728, 5.1)."""
    told = faults_of_token(error)
    if told is None:
        return {}
    root = request.app.state.parvis.settings.public_url
    place = f'resource_metadata="{root}/.well-known/oauth-protected-resource"'
    return {HEADER: challenge(*told, place)}


def faults_of_token(error: ParvisError) -> tuple[str, ...] | None:
    """What is wrong with the token that was sent (RFC 6750, 3.1); None: nothing is."""
    if isinstance(error, ScopeMissing):
        return 'error="insufficient_scope"', f'scope="{error.scope}"'
    if isinstance(error, TokenInvalid):
        return ('error="invalid_token"',)
    return () if isinstance(error, Unauthenticated) else None
