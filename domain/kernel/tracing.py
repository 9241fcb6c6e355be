"""Sets OpenTelemetry up where an endpoint is configured; without one spans cost next to nothing."""

from urllib.parse import urlsplit

from opentelemetry import trace


def set_up_traces(endpoint: str, service: str) -> None:
    """Sends spans in batches by OTLP over HTTP to `endpoint`; an empty one sends nothing.

    A root without a path is a collector's: traces have a path of their own there.
    """
    if not endpoint:
        return
    # Imported here: 20 MiB that most processes never need.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - as above
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=traces_at(endpoint))))
    trace.set_tracer_provider(provider)


def traces_at(endpoint: str) -> str:
    """Where a collector takes traces."""
    has_path = urlsplit(endpoint).path.strip("/")
    return endpoint if has_path else f"{endpoint.rstrip('/')}/v1/traces"
