"""Changes the text of a message in place, or the caption of its media; media and polls stay."""

from datetime import datetime

from pydantic import JsonValue

from domain.connector.errors import Refused
from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.telegram.answers import Result
from domain.networks.telegram.compose import text_of
from domain.networks.telegram.places import placed, spoken_in
from domain.networks.telegram.settings import preview
from domain.networks.telegram.wire import bot_of

_SAME = "message is not modified"


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:  # noqa: ARG001 - the port's signature
    part = draft.parts[0]
    chat_id, numbers = placed(ref.remote_id, access)
    body: dict[str, JsonValue] = {"chat_id": chat_id, "message_id": numbers[0]}
    if part.media:
        call = Call("POST", "editMessageCaption", json={**body, "caption": text_of(part)})
    else:
        body |= {"text": text_of(part), **preview(draft)}
        call = Call("POST", "editMessageText", json=body)
    try:
        with spoken_in(chat_id, access):
            await bot_of(http, access).repeat(call, Result[JsonValue])
    except Refused as error:
        if _SAME not in error.said:
            raise
    return ref
