"""Posts as lines of a file that imports again: read page by page, memory flat."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.imports.cells import write_cell
from domain.imports.files import COLUMNS, TOLD, Raw
from domain.imports.lines import SAME
from domain.kernel.caller import Caller
from domain.kernel.lines import FileFormat, csv_lines
from domain.kernel.pages import PageRequest
from domain.kernel.shapes import Command, Page, View
from domain.posts.adaptation_shapes import AdaptationInput, AdaptationView
from domain.posts.batches import adaptations_by_post, variants_by_post
from domain.posts.command_shapes import VariantInput
from domain.posts.queries import PostFilter, PostSort, list_posts
from domain.posts.shapes import PostView, VariantView

PAGE = 100
"""A page is built at once: of five hundred, all other requests waited for a tenth of a second."""
HEADING = (*COLUMNS, *TOLD)


async def export_page(
    session: AsyncSession, caller: Caller, where: PostFilter, *, after: str | None, most: int
) -> tuple[list[Raw], str | None]:
    """The next lines behind a cursor, the oldest posts first; and the cursor to go on from."""
    request = PageRequest(most, after)
    page: Page[PostView] = await list_posts(
        session, caller, request, where=where, sort=PostSort.CREATED
    )
    ids = [post.id for post in page.data]
    adaptations = await adaptations_by_post(session, caller, ids)
    variants = await variants_by_post(session, caller, ids)
    lines = [_line(post, adaptations[post.id], variants[post.id]) for post in page.data]
    return lines, page.page.next_cursor


def lines_of(lines: Sequence[Raw], format_: FileFormat) -> bytes:
    if format_ is FileFormat.JSONL:
        return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    return csv_lines([write_cell(name, line[name]) for name in HEADING] for line in lines)


def _line(
    post: PostView, adaptations: Sequence[AdaptationView], variants: Sequence[VariantView]
) -> Raw:
    said = post.model_dump(mode="json")
    inputs = [_input(each, VariantInput) for each in variants]
    named: dict[str, Any] = {
        "accounts": [each["account_id"] for each in inputs],
        "campaign": said["campaign_id"],
        "pillar": said["pillar_id"],
        "adaptations": [_input(each, AdaptationInput) for each in adaptations],
        "variants": [each for each in inputs if len(each) > 1],
    }
    return {name: said[name] for name in (*SAME, *TOLD)} | named


def _input(view: View, command: type[Command]) -> Raw:
    """What is said otherwise, and by whom or for whom; what is inherited is left out."""
    given = command(**view.model_dump(include=set(command.model_fields)))
    found: Raw = given.model_dump(mode="json", exclude_defaults=True)
    return found
