"""Whether networks would take what a recurrence says, each of its variations too."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, worker
from domain.kernel.errors import Fault, PostUnfit
from domain.plans.evergreen import ensure_distinct
from domain.plans.recurrence_shapes import VariationInput
from domain.plans.tables import Recurrence
from domain.posts.adaptation_shapes import AdaptationInput
from domain.posts.command_shapes import VariantInput
from domain.posts.content import find_named_accounts
from domain.posts.judging import validate_post
from domain.posts.validation_shapes import ValidatePost, ValidationView

LISTS = ("adaptations", "variants", "variations")
SAID = ("text", "language", "link_url", "media_ids", "campaign_id", *LISTS)


async def ensure_taken(
    session: AsyncSession,
    caller: Caller,
    sent: Mapping[str, Any],
    row: Recurrence | None,
    *,
    now: datetime,
) -> None:
    """Judges what is sent, and for the rest what the row says, where any of it is about words.

    Raises `NotFound` for an account or a file that is not there, `AccountRemoved` for one that the
    row names, `Misfit` for variations that cannot be told apart, and `PostUnfit` with all that a
    network would not take.
    """
    if not sent.keys() & set(SAID):
        return
    said = {name: sent[name] if name in sent else getattr(row, name) for name in SAID}
    adaptations = [AdaptationInput.model_validate(each) for each in said["adaptations"]]
    variants = [VariantInput.model_validate(each) for each in said["variants"]]
    variations = [VariationInput.model_validate(each) for each in said["variations"]]
    if "variants" not in sent:
        named = (each.account_id for each in variants)
        await find_named_accounts(session, caller, named, at="/variants")
    ensure_distinct(adaptations, variants, variations)
    told = {name: said[name] for name in ("language", "link_url", "campaign_id")}
    faults: list[Fault] = []
    for place, each in enumerate(variations or [None]):
        media_ids = said["media_ids"] if each is None or each.media_ids is None else each.media_ids
        text = said["text"] if each is None else each.text
        said_by = {"adaptations": adaptations, "variants": variants}
        command = ValidatePost(text=text, media_ids=media_ids, **said_by, **told)
        # Who may write need not be able to read; what the session shows is theirs all the same.
        judged = await validate_post(session, worker(caller.workspace_id), command, now=now)
        faults += _faults(judged, None if each is None else place)
    if faults:
        raise PostUnfit(faults=tuple(dict.fromkeys(faults)))


def _faults(judged: ValidationView, variation: int | None) -> Iterator[Fault]:
    """Pointing at the variant, or at the variation, which is the same for all of them."""
    for number, verdict in enumerate(judged.targets):
        for misfit in verdict.misfits:
            at = f"/variants/{number}{misfit.pointer}"
            pointer = at if variation is None else f"/variations/{variation}/text"
            yield Fault(pointer, misfit.code, misfit.message)
