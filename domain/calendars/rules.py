"""Pure rules of calendars: what becomes of a post that could not go out when it was due."""

from domain.kernel.words import Word


class CatchUp(Word):
    """What becomes of a post that could not go out when it was due."""

    PUBLISH = "publish", "It goes out late."
    SKIP = "skip", "It does not go out."
    ASK = "ask", "It waits for somebody to decide."
