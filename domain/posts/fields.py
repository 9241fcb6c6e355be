"""What commands about posts are made of: texts, labels, links and media, with their bounds."""

import json
import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, HttpUrl
from pydantic_core import PydanticCustomError

from domain.kernel.ids import MediaId
from domain.kernel.names import Visible

MOST_VARIANTS = 50
MOST_LEVELS = 20
WEB_ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#]\S*$"
Title = Annotated[str, Field(max_length=200, examples=["La taille de la vigne"]), Visible]
Text = Annotated[str, Field(max_length=70_000, examples=["On taille. Et vous, déjà au travail ?"])]
Label = Annotated[str, Field(min_length=1, max_length=60, examples=["vigne"]), Visible]
Labels = Annotated[list[Label], Field(max_length=30)]
Language = Annotated[
    str, Field(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["fr-CH"])
]
Parts = Annotated[list[Text], Field(min_length=1, max_length=50)]
WarningText = Annotated[str, Field(max_length=500)]
MediaIds = Annotated[list[MediaId], Field(max_length=20)]
Comment = Annotated[Text, Field(examples=["La recette : https://example.ch/pain"])]


def _sayable(settings: dict[str, Any]) -> dict[str, Any]:
    """Refuses what JSON can hold and nothing can store: endless nesting, and half a character."""
    level: list[Any] = [settings]
    for _ in range(MOST_LEVELS):
        level = [each for value in level for each in _inside(value)]
    if level:
        raise PydanticCustomError("too_deep", f"At most {MOST_LEVELS} levels.")
    try:
        json.dumps(settings, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "A text holds half a character.") from None
    return settings


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


Settings = Annotated[
    dict[str, Any],
    Field(max_length=20, examples=[{"replies_from": ["followers"]}]),
    AfterValidator(_sayable),
]
NetworkSettings = Annotated[
    dict[str, Settings], Field(max_length=20, examples=[{"bluesky": {"can_be_quoted": False}}])
]
OWN = r"(post|dlv)_[0-9a-f]{32}"
"""What of the house's own is quoted by its id."""
OWN_LOCALE = "The locale of those it speaks to, BCP 47; null: the account's."
OWN_SEGMENT = "Which of its readers it speaks to; null: the account's."
OWN_TONE = "How it speaks to them; null: the account's."
OWN_QUOTE = "The post it quotes itself; empty: none; null: inherited."
OWN_COMMENT = "Its own first comment; empty: none; null: inherited."
OWN_SETTINGS = "What only its network can be told; null: the post's, for that network."
MASTER_COMMENT = "What the accounts answer to it themselves, at once; null: nothing."
MASTER_QUOTE = (
    "The post that it quotes: its address, or the id of an own post or delivery, of which each "
    "network's copy is quoted. A network that cannot quote shows the address at the end of the "
    "text. Null or empty: none."
)
MASTER_POLL = "The poll that it asks; its text is the question. Null: none."
MASTER_SETTINGS = "By network, what only that network can be told: `settings_schema` of each."


def _web_address(text: str) -> str:
    """Takes what can be written out in a text: a browser would mend more."""
    HttpUrl(text)
    if not re.fullmatch(WEB_ADDRESS, text):
        raise PydanticCustomError("url_parsing", "This is no whole address.")
    return text


Link = Annotated[
    str,
    AfterValidator(_web_address),
    Field(
        min_length=1,
        max_length=2000,
        examples=["https://example.ch/a"],
        json_schema_extra={"pattern": WEB_ADDRESS},
    ),
]


def _quoted(text: str) -> str:
    return _web_address(text) if text and not re.fullmatch(OWN, text) else text


Quoted = Annotated[
    str,
    AfterValidator(_quoted),
    Field(
        max_length=2000,
        examples=["https://bsky.app/profile/ana.bsky.social/post/3lbhx5vnm2s2c"],
        json_schema_extra={"pattern": f"^$|^{OWN}$|{WEB_ADDRESS}"},
    ),
]
