"""The checkpoint of a delivery to Instagram."""

from domain.connector.dialects import graph_containers


class Progress(graph_containers.Progress):
    """`is_trying` is set before a container is published, and before a comment is sent."""

    below: str | None = None
    """What a comment that was tried stands below, by which a person's word on it is understood."""
