"""What networks answer, read with open ears: unknown fields are passed over, secrets masked."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from domain.connector.dialects.moments import aware
from domain.connector.http import Reply

T = TypeVar("T")

_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_PERHAPS_HALF = re.compile(rb"\\u0000|%b(?!%b)|(?<!%b)%b" % (_HIGH, _LOW, _HIGH, _LOW))
_ESCAPE = re.compile(rb"%b%b|(%b|%b|\\u0000)|\\." % (_HIGH, _LOW, _HIGH, _LOW))
"""Only the group is no character: half an emoji, where a text was cut, and nought."""
_NO_CHARACTER = rb"\ufffd"
_BEARER = re.compile(r"(?i)\b(bearer|basic|dpop)\s+[\w.~+/=-]{6,}")
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*")
_NAMED = re.compile(
    r"(?i)(\"?(?:access_?token|refresh_?token|password|client_secret|accessJwt|refreshJwt|"
    r"code)\"?\s*[:=]\s*\"?)[^\s\"&,}]+"
)


class Heard(BaseModel):
    """A part of an answer: only what we read is named, and ids may come as numbers."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, defer_build=True
    )


Moment = Annotated[datetime, AfterValidator(aware)]
"""A moment; one without a zone is taken for UTC, as it could not be compared with others."""

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
"""What a network knows a thing by that it was sent: without it nothing was said of that."""

Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
"""An id that is a number wherever it is documented."""


Words = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text, which is empty where there is none, also where a server says null for that."""


def _if_understood(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


IfUnderstood = WrapValidator(_if_understood)
"""What somebody else's program wrote: where it has another form it counts as missing."""


class NotUnderstood(ValueError):
    """The answer does not have the shape the network's documentation gives."""


_READERS: dict[object, TypeAdapter[Any]] = {}


def _reader(shape: type[T]) -> TypeAdapter[T]:
    """Kept, as building one takes longer than reading many answers by it."""
    if shape not in _READERS:
        _READERS[shape] = TypeAdapter(shape)
    return _READERS[shape]


def heard(reply: Reply, shape: type[T]) -> T:
    """The body in the given shape. Raises `NotUnderstood` when it is no such JSON.

    A byte order mark before it is passed over, as browsers do: a file of a site's own may begin so.
    """
    try:
        found = _reader(shape).validate_json(_storable(reply.body.removeprefix(BOM_UTF8)))
    except ValidationError as error:
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors()})
        where = f"unexpected at {', '.join(places)[:200]}" if any(places) else "of another form"
        raise NotUnderstood(f"the answer is {where}") from None
    return found


def _storable(body: bytes) -> bytes:
    """Without what no database keeps: one text that was cut amid an emoji must not hide a page."""
    if _PERHAPS_HALF.search(body) is None:
        return body
    return _ESCAPE.sub(lambda each: _NO_CHARACTER if each[1] else each[0], body)


def perhaps_heard(reply: Reply, shape: type[T]) -> T:
    """As `heard`, of a refusal: what has another form says nothing."""
    try:
        return heard(reply, shape)
    except NotUnderstood:
        return shape()


def understood(values: Iterable[JsonValue], shape: type[T]) -> list[T]:
    """Those of a list that have the shape: one odd entry must not hide the others."""
    reader, found = _reader(shape), list[T]()
    for value in values:
        with suppress(ValidationError):
            found.append(reader.validate_python(value))
    return found


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with every given secret, and whatever looks like one, masked."""
    for secret in sorted((each for each in secrets if each), key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    text = _BEARER.sub(r"\1 [secret]", _JWT.sub("[secret]", text))
    return _NAMED.sub(r"\1[secret]", text)
