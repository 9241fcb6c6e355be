"""Turns a claimed delivery into the draft that a connector sends, files included."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from domain.connector.links import spelled_out
from domain.connector.manifest import Manifest
from domain.connector.words import Draft, Link, Medium, Part
from domain.kernel.caller import worker
from domain.kernel.errors import DependencyAway, NotFound
from domain.media.addresses import address_of
from domain.media.queries import media_by_id
from domain.media.rules import in_language
from domain.media.shapes import MediaView
from domain.media.storage import read_file
from domain.posts.beside import others_of
from domain.posts.content import Content
from domain.posts.delivering import Task
from domain.posts.reading_back import Copy
from workers.context import Context


async def draft_of(context: Context, task: Task) -> Draft:
    """The draft with its media in memory.

    Raises `NotFound` when a file was removed, `DependencyAway` when its bytes are not there.
    """
    content = task.content
    media = await _media(context, task.workspace_id, content.media_ids, content.language)
    draft = _draft(task.id, content, media)
    if not task.may_stand:
        return draft
    async with context.database.transaction(task.workspace_id) as session:
        others = await others_of(session, worker(task.workspace_id), task)
    return replace(draft, others=others)


def outline(copy: Copy, media: Mapping[UUID, MediaView]) -> Draft:
    """The draft as it was sent, as far as that can be told afterwards: without bytes.

    A description that may have been written since is left out.
    """
    content = copy.content
    known = [media.get(id_) for id_ in content.media_ids]
    return _draft(
        copy.id,
        content,
        tuple(
            Medium(
                content=b"",
                content_type=each.content_type if each else "",
                file_name=each.file_name if each else "",
                alt_text=_alt_text(each, content.language)
                if each and each.updated_at <= copy.published_at
                else None,
            )
            for each in known
        ),
    )


def _draft(id_: UUID, content: Content, media: tuple[Medium, ...]) -> Draft:
    link = Link(content.link_url) if content.link_url else None
    first, *rest = content.parts
    if content.first_comment is not None:
        rest.append(content.first_comment)  # an own answer right below: checkpointed as any part
    poll = content.poll.asked() if content.poll else None
    return Draft(
        key=id_.hex,
        parts=(Part(first, media, link, content.quote_of, poll), *(Part(text) for text in rest)),
        language=content.language,
        visibility=content.visibility,
        content_warning=content.content_warning,
        reply_to=content.reply_to,
        settings=content.settings,
    )


def with_quotes_written(draft: Draft, manifest: Manifest) -> Draft:
    """The draft for its network: where nothing can be quoted, the address stands in the text."""
    if manifest.has_quotes:
        return draft
    parts = tuple(
        replace(part, text=spelled_out(part.text, part.quote_of), quote_of=None)
        for part in draft.parts
    )
    return replace(draft, parts=parts)


async def _media(
    context: Context, workspace_id: UUID, ids: tuple[UUID, ...], language: str | None
) -> tuple[Medium, ...]:
    if not ids:
        return ()
    async with context.database.transaction(workspace_id) as session:
        found = await media_by_id(session, worker(workspace_id), ids)
    if not found.keys() >= set(ids):
        raise NotFound("media")
    return tuple(
        [
            Medium(
                content=await _content(context, workspace_id, found[id_]),
                content_type=found[id_].content_type,
                file_name=found[id_].file_name,
                alt_text=_alt_text(found[id_], language),
                width=found[id_].width,
                height=found[id_].height,
                address=address_of(
                    context.settings.public_url,
                    context.keys,
                    workspace_id,
                    id_,
                    now=context.clock(),
                ),
            )
            for id_ in ids
        ]
    )


async def _content(context: Context, workspace_id: UUID, media: MediaView) -> bytes:
    try:
        return await read_file(context.media, workspace_id, media.sha256)
    except FileNotFoundError:
        lost = "The file's bytes are not in the storage this process sees."
        raise DependencyAway(lost) from None


def _alt_text(media: MediaView, language: str | None) -> str | None:
    texts = {each.language: each.text for each in media.alt_texts}
    return in_language(texts, language, media.alt_text)
