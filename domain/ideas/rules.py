"""Pure rules of ideas and candidates.

An idea: how a topic of conversation goes from a thought to what came of it.

    idea → open, closed                    somebody thought of it
    open → idea, animated, closed          it is on the board to do
    animated → open, summarised, closed    the community talks of it
    summarised → animated, closed          we said what came of it
    closed → open                          nobody works on it

A candidate: what was found and may become an idea.

    open → accepted, dismissed
    dismissed → accepted
    accepted, what it became was removed → as open
"""

from domain.kernel.words import Word


class IdeaState(Word):
    """How far an idea is, from the thought to what came of it."""

    IDEA = "idea", "It was thought of."
    OPEN = "open", "It is ready to be talked over."
    ANIMATED = "animated", "The community is talking."
    SUMMARISED = "summarised", "What came of it is written down."
    CLOSED = "closed", "Nothing more comes of it."


I = IdeaState  # noqa: E741 - as in a drawing
TRANSITIONS: dict[IdeaState, tuple[IdeaState, ...]] = {
    I.IDEA: (I.OPEN, I.CLOSED),
    I.OPEN: (I.IDEA, I.ANIMATED, I.CLOSED),
    I.ANIMATED: (I.OPEN, I.SUMMARISED, I.CLOSED),
    I.SUMMARISED: (I.ANIMATED, I.CLOSED),
    I.CLOSED: (I.OPEN,),
}
DRAFTABLE = frozenset({I.IDEA, I.OPEN, I.ANIMATED})
"""States in which posts are made of an idea."""


def may_move(old: IdeaState, new: IdeaState) -> bool:
    return new in TRANSITIONS[old]


def lacks_summary(state: IdeaState, summary: str | None) -> bool:
    """Whether an idea may not be in that state without a summary."""
    return state is I.SUMMARISED and not summary


class CandidateState(Word):
    """What was decided of a candidate."""

    OPEN = "open", "Nobody has decided yet."
    ACCEPTED = "accepted", "It became an idea or a post."
    DISMISSED = "dismissed", "Nothing is made of it."


C = CandidateState
CANDIDATE_TRANSITIONS: dict[CandidateState, tuple[CandidateState, ...]] = {
    C.OPEN: (C.ACCEPTED, C.DISMISSED),
    C.DISMISSED: (C.ACCEPTED,),
    C.ACCEPTED: (),
}


def may_decide(old: CandidateState, new: CandidateState) -> bool:
    return new in CANDIDATE_TRANSITIONS[old]
