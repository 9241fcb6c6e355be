"""Changes a message in place; its files stay when the draft brings as many, else they are new."""

from datetime import datetime

from pydantic import JsonValue

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.discord.answers import Message
from domain.networks.discord.compose import text_of, with_files
from domain.networks.discord.places import path_of, url_of
from domain.networks.discord.settings import told
from domain.networks.discord.wire import bot_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:  # noqa: ARG001 - the port's signature
    bot, part, path = bot_of(http, access), draft.parts[0], path_of(ref.remote_id, access)
    mentions = told(draft)["allowed_mentions"]
    body: dict[str, JsonValue] = {"content": text_of(part), "allowed_mentions": mentions}
    files = (await bot.read(path, Message)).attachments
    if len(files) == len(part.media):
        body["attachments"] = [
            {"id": file.id, "description": medium.alt_text or ""}
            for file, medium in zip(files, part.media, strict=True)
        ]
        call = Call("PATCH", path, json=body)
    else:
        call = with_files("PATCH", path, {**body, "attachments": []}, part.media)
    message = await bot.repeat(call, Message)
    return Ref(ref.remote_id, url_of(message, access))
