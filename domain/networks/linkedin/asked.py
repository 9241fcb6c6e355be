"""What connecting an account of LinkedIn asks for."""

from domain.connector.manifest import LoginField


def _secret(name: str, label: str, example: str, *, is_required: bool) -> LoginField:
    return LoginField(
        name=name, label=label, is_secret=True, is_required=is_required, example=example
    )


def _plain(name: str, label: str, example: str, *, is_required: bool) -> LoginField:
    return LoginField(
        name=name, label=label, is_secret=False, is_required=is_required, example=example
    )


def _app(why: str, *, is_required: bool) -> tuple[LoginField, LoginField]:
    """The app over there, which is the operator's or the workspace's own."""
    id_, secret = f"Client id of your app{why}", f"Client secret of your app{why}"
    return (
        _plain("client_id", id_, "78k3z1mxqv0y2b", is_required=is_required),
        _secret(
            "client_secret", secret, "WPL_AP1.b8Ft2vQxT0kLw9Zc.yPq3rA==", is_required=is_required
        ),
    )


_AUTHOR = _plain(
    "author",
    "Organisation that speaks, by its number or URN (left out: the person)",
    "urn:li:organization:2414183",
    is_required=False,
)
_SERVER = _plain(
    "server",
    "Address of the api (LinkedIn's when left out)",
    "https://api.linkedin.com",
    is_required=False,
)

LOGIN = (
    _secret(
        "access_token",
        "Access token (developer portal, OAuth token tools)",
        "AQVJ2r9mF3zTq0XbN4kLw7cYhP8sDu1eGi6oRa5vMxKfBtZyQnWjSgEl",
        is_required=True,
    ),
    _AUTHOR,
    _secret(
        "refresh_token",
        "Refresh token, where LinkedIn gave one: it renews the access for a year",
        "AQWm0sH4xKz8VtR2bLqY6nPc1dFg9jUe3iTo7aWkSvXyZrNfMhBwQuGl",
        is_required=False,
    ),
    *_app(": to renew the access and to see when it ends", is_required=False),
    _SERVER,
)
CONSENT = (
    *_app(" (developer portal, Auth), which lists our callback", is_required=True),
    _AUTHOR,
    _plain(
        "scopes",
        "What to ask for (left out: what posting needs)",
        "openid profile w_member_social",
        is_required=False,
    ),
    _SERVER,
)
