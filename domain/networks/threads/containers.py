"""Containers of messages: of one, or of each picture and video and of what holds them together."""

from domain.connector.dialects.graph import Graph
from domain.connector.dialects.graph_containers import Containers, Progress
from domain.connector.port import Save
from domain.connector.words import Draft
from domain.networks.threads.compose import child_form, container_form


def containers_of(graph: Graph, user: str) -> Containers:
    return Containers(graph, f"/{user}/threads", "status,error_message")


async def made(
    containers: Containers, draft: Draft, progress: Progress, save: Save
) -> tuple[Progress, str]:
    """The container of the message under way."""
    number, above = len(progress.sent), progress.above(draft)
    media = draft.parts[number].media
    return await containers.made(
        progress,
        save,
        [child_form(medium) for medium in media] if len(media) > 1 else [],
        lambda children: container_form(draft, number, above, children),
    )
