"""Where traces go."""

import pytest

from domain.kernel.tracing import traces_at


@pytest.mark.parametrize(
    ("endpoint", "sent_to"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("https://apm.example/otlp/v1/traces", "https://apm.example/otlp/v1/traces"),
    ],
)
def test_a_collector_by_its_root_takes_traces_where_they_belong(
    endpoint: str, sent_to: str
) -> None:
    """Sent to the root itself, all of them were lost at 404."""
    assert traces_at(endpoint) == sent_to
