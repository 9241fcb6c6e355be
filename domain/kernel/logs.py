"""Structured logs: one JSON object a line, secrets and personal data blotted out."""

import json
import logging
import re
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from opentelemetry import trace

BLOT = "[redacted]"
SECRET_NAMES = re.compile(
    r"(authorization|token|secret|password|cookie|credential|grant|api[-_]?key|sealed)",
    re.IGNORECASE,
)
SECRET_VALUES = re.compile(
    r"(?i)(bearer\s+|basic\s+)[\w.~+/=-]+|\bpv[a-z]?_\w+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|"
    r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|\bwhsec_[\w+/=]+"
)
ADDRESSES = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SUSPECT = re.compile(r"[@_.\s]")
"""One of these is in whatever is secret: ids and plain words are not looked at any further."""


def redact(text: str) -> str:
    """The text without tokens, JWTs, passwords in URLs and people's addresses."""
    if SUSPECT.search(text) is None:
        return text
    text = SECRET_VALUES.sub(BLOT, text)
    return ADDRESSES.sub(BLOT, text) if "@" in text else text


def _blot(_: object, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in entry.items():
        entry[name] = _blotted(name, value)
    return entry


def _blotted(name: str, value: object) -> object:
    """Without what is secret in it, however deep."""
    if _is_secret(name):
        return BLOT
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {key: _blotted(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_blotted(name, each) for each in value]
    return value


@lru_cache(maxsize=1000)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _add_trace(_: object, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"] = f"{context.trace_id:032x}"
    return entry


def _as_json(entry: object, **_: object) -> str:
    try:
        return _ENCODER.encode(entry).decode()
    except (TypeError, ValueError, OverflowError):
        # Half a letter, or a number beyond 64 bits: a line is written whatever is in it.
        return json.dumps(entry, default=repr)


_ENCODER = msgspec.json.Encoder(enc_hook=repr)


class Lines(structlog.PrintLogger):
    """A line that nobody takes is lost, and nothing with it: a disk may be full, a reader gone."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def set_up_logs(level: str, *, as_json: bool) -> None:
    """Sends structlog's and the standard library's lines through the same chain."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _add_trace,
        _blot,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(_as_json)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: Lines(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Two lines for every sweep of every worker, which tell of nothing.
    chosen = logging.getLevelNamesMapping()[level]
    logging.getLogger("arq").setLevel(
        chosen if chosen <= logging.DEBUG else max(chosen, logging.WARNING)
    )
