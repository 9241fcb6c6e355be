"""Pure rules of calendars: what becomes of a post that could not go out when it was due."""

from enum import StrEnum


class CatchUp(StrEnum):
    PUBLISH = "publish"
    SKIP = "skip"
    ASK = "ask"
