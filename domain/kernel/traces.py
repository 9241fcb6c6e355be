"""One trace from the request through event and job to the outward call (W3C `traceparent`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACER = trace.get_tracer("parvis")
_carrier = TraceContextTextMapPropagator()


def current_trace() -> str | None:
    """The `traceparent` of what runs now, None outside any span."""
    headers: dict[str, str] = {}
    _carrier.inject(headers)
    return headers.get("traceparent")


@contextmanager
def span(
    name: str,
    *,
    parent: str | None = None,
    side: SpanKind = SpanKind.INTERNAL,
    **attributes: str,
) -> Iterator[trace.Span]:
    """A span; `parent` is a `traceparent` kept in a row or a job."""
    context = _carrier.extract({"traceparent": parent}) if parent else None
    with TRACER.start_as_current_span(
        name, context=context, kind=side, attributes=attributes
    ) as opened:
        yield opened
