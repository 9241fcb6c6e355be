"""Access by a token: made by the account's owner or by consent; it can be taken back.

Tokens of Mastodon and GoToSocial last. Pleroma and its kin hand out `refresh_token` and
`expires_in` with each, renew it under the same app, and of one that is gone say "Invalid
credentials" alone
(`o_auth_view.ex` of Rebased, `o_auth_controller.ex` of Akkoma, read 2026-11-29).
"""

from datetime import datetime
from urllib.parse import urlsplit

from domain.connector.dialects import oauth2
from domain.connector.dialects.answering import ByGateway
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Measures, Profile
from domain.networks.mastodon.answers import Account, Instance
from domain.networks.mastodon.people import host_of, profile
from domain.networks.mastodon.wire import INSTANCE, REST, Server, server_of

_VERIFY = f"{REST}/accounts/verify_credentials"
_GONE = "invalid credentials"
APP, ENDPOINT = ("client_id", "client_secret"), "token_endpoint"
"""What a grant that can be renewed keeps beside it."""


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    token = login.fields["access_token"].strip()
    return await enter(http, root_of(login.fields["server"]), Grant(access=token))


async def enter(http: Http, root: str, grant: Grant) -> Connected:
    """The account that a grant lets us act for, and what its server says of itself."""
    server = Server(http, root, grant.access)
    account = await own_account(server)
    instance = await _instance(server)
    host = _host(instance.domain or instance.uri or root)
    return Connected(
        server=root,
        profile=profile(account, host),
        grant=grant,
        measures=_measures(instance),
    )


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:
    """None where there is nothing to renew it with."""
    kept = access.grant
    if not kept.refresh or ENDPOINT not in kept.extra:
        return None
    app = {name: kept.extra[name] for name in APP}
    form = {"grant_type": "refresh_token", "refresh_token": kept.refresh, **app}
    try:
        tokens = await oauth2.ask_tokens(http, kept.extra[ENDPOINT], form)
    except Refused as error:
        if _GONE not in error.said.lower():
            raise
        message = "The server no longer renews this access."
        raise GrantExpired(message, said=error.said) from error
    return tokens.grant(now=now)


async def check(http: Http, access: Access) -> Profile:
    account = await own_account(server_of(http, access))
    return profile(account, host_of(access.handle))


async def own_account(server: Server) -> Account:
    """The account the token belongs to. Servers refuse a bad token with 400, 401, 403 or 422."""
    try:
        return await server.read(_VERIFY, Account)
    except (Missing, ByGateway):
        raise
    except Refused as error:
        message = "The server does not accept this access token."
        raise GrantExpired(message, said=error.said) from error


async def _instance(server: Server) -> Instance:
    """What the server says of itself; nothing when it says it in a way we do not know."""
    for path in (INSTANCE, f"{REST}/instance"):
        try:
            return await server.read(path, Instance)
        except NetworkError as error:
            if not isinstance(error, Refused):
                raise
    return Instance()


def _measures(instance: Instance) -> Measures:
    statuses, media = instance.configuration.statuses, instance.configuration.media_attachments
    polls = instance.configuration.polls
    return Measures(
        text_max=statuses.max_characters or instance.max_toot_chars,
        media_max=statuses.max_media_attachments,
        url_length=statuses.characters_reserved_per_url,
        image_max_bytes=media.image_size_limit,
        video_max_bytes=media.video_size_limit,
        image_max_pixels=media.image_matrix_limit,
        video_max_pixels=media.video_matrix_limit,
        alt_text_max=media.description_limit,
        poll_options_max=polls.max_options,
        poll_option_max=polls.max_characters_per_option,
        poll_lasts_min_s=polls.min_expiration,
        poll_lasts_max_s=polls.max_expiration,
    )


def root_of(typed: str) -> str:
    """A server's root, as people type it."""
    address = typed.strip().rstrip("/")
    return address if "://" in address else f"https://{address}"


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc if "://" in address else address
    except ValueError:
        return address
