"""The ways to tokens that Authlib walks, each asking our rows; PKCE is S256 and never left out."""

import re
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceCodeGrant

from api.oauth.server import Asking, Held, Party, Server, wait
from domain.identity.consenting import give_code
from domain.identity.devices import Polled, poll_device
from domain.identity.exchanging import find_refresh, redeem_code, take_up, use_code, use_refresh
from domain.identity.parties import Authorised

METHODS = ["client_secret_basic", "client_secret_post", "none"]
SECRET_METHODS = METHODS[:2]
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class S256(CodeChallenge):  # type: ignore[misc]  # Authlib is untyped
    """PKCE by S256 alone, refused at the authorise endpoint where it is missing.

    Authlib's own `required=True` lets a request without it through there, and takes `plain`.
    """

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: "CodeGrant", _: str) -> None:
        asked = grant.request.payload.data
        if asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send code_challenge_method=S256 and a code_challenge.")
        if not CHALLENGE.fullmatch(asked.get("code_challenge", "")):
            raise InvalidRequestError("The code_challenge is no SHA-256 in base64url.")


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    request: Asking
    server: Server

    def generate_authorization_code(self) -> str:
        """Made and kept in one step: it carries the workspace."""
        desk, asked = self.server.desk, self.request.payload.data
        workspace_id: UUID = self.request.user
        if desk.consent is None:
            raise TypeError("A code follows a consent.")
        code: str = wait(
            give_code(
                desk.session,
                workspace_id,
                desk.consent,
                redirect_uri=asked["redirect_uri"],
                challenge=asked["code_challenge"],
                nonce=asked.get("nonce"),
                lasts=desk.state.lifetimes.code,
                now=desk.now,
            )
        )
        return code

    def save_authorization_code(self, code: str, request: Asking) -> None:
        """It is kept already."""

    def query_authorization_code(self, code: str, client: Party) -> Held | None:
        desk = self.server.desk
        found = wait(redeem_code(desk.session, client.client, code, now=desk.now))
        return None if found is None else Held(found, client.get_client_id())

    def authenticate_user(self, authorization_code: Held) -> Authorised:
        return authorization_code.authorised

    def delete_authorization_code(self, authorization_code: Held) -> None:
        desk = self.server.desk
        wait(use_code(desk.session, authorization_code.authorised, now=desk.now))


class RenewGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib is untyped
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: Server

    def authenticate_refresh_token(self, refresh_token: str) -> Held | None:
        desk = self.server.desk
        if desk.client is None:
            return None
        found = wait(find_refresh(desk.session, desk.client, refresh_token, now=desk.now))
        return None if found is None else Held(found, desk.client.client_id, refresh_token)

    def authenticate_user(self, refresh_token: Held) -> Authorised:
        return refresh_token.authorised

    def revoke_old_credential(self, refresh_token: Held) -> None:
        desk = self.server.desk
        wait(use_refresh(desk.session, refresh_token.value, now=desk.now))


class OwnGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS


class WaitingDevice:
    """A device's code as Authlib asks about it."""

    def __init__(self, polled: Polled, authorised: Authorised | None) -> None:
        self.polled = polled
        self.authorised = authorised
        self.device_code_id = polled.id
        is_taken_back = polled.authorisation_id is not None and authorised is None
        self.is_denied = polled.is_denied or is_taken_back

    def get_client_id(self) -> str:
        return self.polled.client_id

    def get_user_code(self) -> str:
        return self.polled.user_code

    def get_scope(self) -> str:
        return " ".join(sorted(self.authorised.scopes if self.authorised else ()))

    def is_expired(self) -> bool:
        return self.polled.is_expired


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    request: Asking
    server: Server

    def query_device_credential(self, device_code: str) -> WaitingDevice:
        desk = self.server.desk
        polled = wait(poll_device(desk.session, device_code, now=desk.now))
        if polled is None or desk.client is None or polled.client_id != desk.client.client_id:
            raise InvalidGrantError("The device_code is not known here.")
        authorised = None
        if polled.authorisation_id is not None:
            authorised = wait(take_up(desk.session, desk.client, polled.authorisation_id))
        self.waiting = WaitingDevice(polled, authorised)
        return self.waiting

    def query_user_grant(self, _: str) -> tuple[Authorised | None, bool] | None:
        if self.waiting.is_denied:
            return None, False
        authorised = self.waiting.authorised
        return None if authorised is None else (authorised, True)

    def should_slow_down(self, credential: WaitingDevice) -> bool:
        return credential.polled.is_too_early
