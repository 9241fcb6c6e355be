"""Containers: what is published from them, once; a network's own handle of a message.

    made        nothing is seen yet; Threads fetches the files, and works on videos
    FINISHED    it may be published
    PUBLISHED   it stands there: a second publication of it is none
    EXPIRED     a day after it was made, if nothing was published from it
    ERROR       Threads cannot work on it

The id is kept before anything is published. In doubt its status says what came of it, and only one
that expired is followed by another.
https://developers.facebook.com/docs/threads/troubleshooting, read 2026-11-28.
"""

from datetime import timedelta

from domain.connector.dialects.graph import Graph, Made, post
from domain.connector.dialects.waiting import asked_until_there
from domain.connector.errors import OutcomeUnknown, Refused
from domain.connector.http import Call
from domain.connector.port import Save
from domain.connector.words import Draft
from domain.networks.threads.answers import Container
from domain.networks.threads.compose import child_form, container_form
from domain.networks.threads.progress import Progress

FINISHED, PUBLISHED, EXPIRED, _ERROR = "FINISHED", "PUBLISHED", "EXPIRED", "ERROR"
_WAITS_S = (0.0, 1.0, 2.0)
_FIELDS = (("fields", "status,error_message"),)


async def made(
    graph: Graph, user: str, draft: Draft, progress: Progress, save: Save
) -> tuple[Progress, str]:
    """The container of the message under way, made where there is none yet."""
    number = len(progress.sent)
    media = draft.parts[number].media
    if progress.container is not None:
        return progress, progress.container
    for medium in media[len(progress.children) :] if len(media) > 1 else ():
        child = (await graph.repeat(post(f"/{user}/threads", child_form(medium)), Made)).id
        progress = await progress.kept(save, children=(*progress.children, child))
    for child in progress.children:
        await finished(graph, child)
    children = [("children", ",".join(progress.children))] if progress.children else []
    form = container_form(draft, number, progress.above(draft), children)
    container = (await graph.repeat(post(f"/{user}/threads", form), Made)).id
    return await progress.kept(save, container=container), container


async def finished(graph: Graph, container: str) -> None:
    """Waits until it may be published. Raises `StillWorking`, and `Refused` for what is none."""

    async def ask(after: timedelta) -> bool | None:
        found = await status_of(graph, container, after=after)
        if found.status in (EXPIRED, _ERROR):
            said = found.error_message or found.status
            message = "Threads cannot work on the message or its files."
            raise Refused(message, code="network.media_refused", said=said)
        if found.status == PUBLISHED:
            raise OutcomeUnknown("Threads says that the message stands there already.")
        return True if found.status == FINISHED else None

    await asked_until_there(ask, _WAITS_S, "Threads is still working on the message.")


async def status_of(graph: Graph, container: str, *, after: timedelta = timedelta(0)) -> Container:
    return await graph.repeat(Call("GET", f"/{container}", query=_FIELDS, after=after), Container)
