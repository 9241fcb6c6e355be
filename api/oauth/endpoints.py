"""Revocation (RFC 7009), introspection (7662) and device authorisation (8628), by Authlib."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, UnauthorizedClientError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint

from api.oauth.grants import METHODS, SECRET_METHODS
from api.oauth.server import Asking, Party, Server, wait
from domain.identity.devices import FIRST_INTERVAL_S, begin_device
from domain.identity.holding import give_up, known_token
from domain.identity.parties import Client, Known
from domain.identity.shapes import GrantType
from domain.kernel.ids import show

VERIFICATION_PATH = "/device"


@dataclass(frozen=True, slots=True)
class Shown:
    """A token that a client asks about; it is told of its own alone."""

    value: str
    known: Known | None

    def check_client(self, _: Party) -> bool:
        return True

    def is_expired(self) -> bool:
        return self.known is None

    def is_revoked(self) -> bool:
        return self.known is None


def check_token(asking: Asking) -> None:
    """Raises `InvalidRequestError`. A hint of whatever kind changes nothing (RFC 7009, 2.1)."""
    if "token" not in asking.form:
        raise InvalidRequestError("Send the token that this is about.")


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib is untyped
    CLIENT_AUTH_METHODS = METHODS
    server: Server

    def check_params(self, request: Asking, client: Party) -> None:
        del client
        check_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> Shown:
        del token_type_hint
        return Shown(token_string, None)

    def revoke_token(self, token: Shown, request: Asking) -> None:
        desk = self.server.desk
        client: Client = request.client.client
        wait(give_up(desk.session, client, token.value, now=desk.now))


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib is untyped
    CLIENT_AUTH_METHODS = SECRET_METHODS
    server: Server

    def check_params(self, request: Asking, client: Party) -> None:
        del client
        check_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> Shown | None:
        del token_type_hint
        desk = self.server.desk
        if desk.client is None:
            return None
        known = wait(known_token(desk.session, desk.client, token_string, now=desk.now))
        return Shown(token_string, known)

    def check_permission(self, token: Shown, client: Party, request: Asking) -> bool:
        """Only the client's own tokens were looked for."""
        del token, client, request
        return True

    def introspect_token(self, token: Shown) -> Mapping[str, Any]:
        known, desk = token.known, self.server.desk
        if known is None or desk.client is None:
            return {"active": False}
        return {
            "active": True,
            "client_id": desk.client.client_id,
            "token_type": "refresh_token" if known.is_refresh else "Bearer",
            "scope": " ".join(sorted(known.scopes)),
            "iss": desk.issuer,
            "aud": desk.issuer,
            "iat": _seconds(known.created_at),
            "workspace": show("ws", known.workspace_id),
            **({"sub": show("usr", known.user_id)} if known.user_id else {}),
            **({"exp": _seconds(known.expires_at)} if known.expires_at else {}),
        }


class DeviceAuthorization(DeviceAuthorizationEndpoint):  # type: ignore[misc]  # Authlib is untyped
    CLIENT_AUTH_METHODS = METHODS
    INTERVAL = FIRST_INTERVAL_S
    server: Server

    def create_endpoint_response(
        self, request: Asking
    ) -> tuple[int, Mapping[str, Any], list[tuple[str, str]]]:
        """As Authlib's, but the codes are made and kept in one step."""
        party: Party = self.authenticate_client(request)
        if not party.check_grant_type(GrantType.DEVICE):
            raise UnauthorizedClientError("The client is not registered for devices.")
        party.get_allowed_scope(request.payload.scope)
        desk = self.server.desk
        scopes = (request.payload.scope or "").split()
        lasts = desk.state.lifetimes.device_code
        device_code, user_code = wait(
            begin_device(desk.session, party.client, scopes, lasts=lasts, now=desk.now)
        )
        page = desk.issuer + VERIFICATION_PATH
        answer = {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": int(lasts.total_seconds()),
            "interval": self.INTERVAL,
        }
        return 200, answer, []


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
