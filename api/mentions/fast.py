"""The inbox and one mention on the short way in."""

from collections.abc import Mapping

from starlette.types import Scope

from api.answer import Answer
from api.conditional import LONGEST_TAG
from api.mentions import hot
from api.mentions.asking import read_query
from api.mentions.hot import PATH
from api.state import State
from domain.kernel.clock import utc_now
from domain.kernel.ids import read

ONE = f"{PATH}/men_"
ITEM = f"{PATH}/{{mention_id}}"


async def read_list(state: State, scope: Scope, sent: Mapping[bytes, bytes]) -> Answer | None:
    asked, known_tag = read_query(scope["query_string"]), _tag(sent)
    if asked is None or len(known_tag or "") > LONGEST_TAG:
        return None
    caller = await state.tokens.caller(sent[b"authorization"].decode("latin-1"), scope)
    reads, versions = state.database.reads, state.versions
    return await hot.inbox(reads, versions, caller, asked, known_tag, now=caller.moment(utc_now()))


async def read_one(state: State, scope: Scope, sent: Mapping[bytes, bytes]) -> Answer | None:
    known_tag = _tag(sent)
    if scope["query_string"] or len(known_tag or "") > LONGEST_TAG:
        return None
    id_ = read("men", scope["path"][len(PATH) + 1 :])
    caller = await state.tokens.caller(sent[b"authorization"].decode("latin-1"), scope)
    return await hot.mention(state.database.reads, caller, id_, known_tag)


def _tag(sent: Mapping[bytes, bytes]) -> str | None:
    tag = sent.get(b"if-none-match")
    return None if tag is None else tag.decode("latin-1")
