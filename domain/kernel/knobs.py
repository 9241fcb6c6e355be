"""Kinds of settings, refused where they are read and not where they are first used.

A refusal names what is wanted and never shows what was given, which may be a secret.
"""

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, ValidationError
from pydantic_settings import NoDecode

from domain.kernel.sealing import KeyRing


def explained(error: ValidationError) -> str:
    """Which settings are missing or wrong, in one line."""
    faults = error.errors(include_input=False, include_url=False)
    named = (
        (".".join(map(str, each["loc"])).upper(), each["msg"].removeprefix("Value error, "))
        for each in faults
    )
    wrong = "; ".join(
        f"{name}: {said[0].lower()}{said[1:]}" if name else said for name, said in named
    )
    return f"Settings are missing or wrong ({wrong})."


def _like(pattern: str, wanted: str) -> Callable[[str], str]:
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if shape.fullmatch(text) is None:
            raise ValueError(f"give {wanted}")
        return text

    return check


def _hidden(check: Callable[[str], str]) -> Callable[[SecretStr], SecretStr]:
    def check_hidden(secret: SecretStr) -> SecretStr:
        check(secret.get_secret_value())
        return secret

    return check_hidden


def _proxy(text: str) -> str:
    if text != "*":
        try:
            ip_network(text, strict=False)
        except ValueError as error:
            raise ValueError("give addresses or networks such as 10.0.0.0/8, or *") from error
    return text


def _queue(text: str) -> str:
    address = _QUEUE(text)
    try:
        urlsplit(address).port  # noqa: B018 - it is read where it is asked for
    except ValueError as error:
        raise ValueError("give redis://:password@host:port/0, with %-escapes in it") from error
    return address


def _ring(text: str) -> str:
    KeyRing.parse(text)
    return text


_ROOT = _like(r"https?://[^/\s?#]+(/[^\s?#]*)?|", "an address such as https://parvis.example")
_ORIGIN = _like(r"https?://[^/\s?#@]+", "origins such as https://app.example, without a path")
_LEVEL = _like(r"DEBUG|INFO|WARNING|ERROR", "DEBUG, INFO, WARNING or ERROR")
_DATABASE = _like(r"postgres(ql)?://.+", "postgresql://user@host/database")
_QUEUE = _like(r"(rediss?|unix)://.+", "redis://host:port/0 or unix:///path")
_VERSION = _like(r"[a-z0-9_]+\.[a-z0-9_]+=[^\s=,]+", "versions such as discord.rest=v9")
_MAIL = _like(r"smtps?://[^/\s]+/?|", "smtp://user:password@host:587 or smtps://…")

WebRoot = Annotated[str, AfterValidator(_ROOT)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_ORIGIN)], ...], NoDecode]
Proxies = Annotated[tuple[Annotated[str, AfterValidator(_proxy)], ...], NoDecode]
Versions = Annotated[tuple[Annotated[str, AfterValidator(_VERSION)], ...], NoDecode]
LogLevel = Annotated[str, AfterValidator(_LEVEL)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_hidden(_DATABASE))]
QueueUrl = Annotated[SecretStr, AfterValidator(_hidden(_queue))]
MailUrl = Annotated[SecretStr, AfterValidator(_hidden(_MAIL))]
Ring = Annotated[SecretStr, AfterValidator(_hidden(_ring))]
