"""What Prometheus is told of this process."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "parvis_request_seconds",
    "Time to the end of an answer.",
    ("method", "route", "status"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
NUDGES_LOST = Counter("parvis_nudges_lost_total", "Nudges that the queue did not take.")
OVERDUE = Gauge("parvis_overdue", "Work that should have begun more than five seconds ago.")
LATENESS = Gauge("parvis_lateness_seconds", "How long the oldest due work waits, 0 when none.")
