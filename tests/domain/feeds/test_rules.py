"""Which posts a link shows, and how sure it says they are."""

from domain.feeds.rules import STANDINGS, Standing, states_shown
from domain.posts.rules import PostState


def test_every_state_of_a_post_has_its_standing() -> None:
    assert STANDINGS.keys() == set(PostState)
    assert {state for state, each in STANDINGS.items() if each is Standing.CANCELLED} == {
        PostState.CANCELLED,
        PostState.WITHDRAWN,
    }


def test_drafts_are_shown_only_where_the_link_was_made_so() -> None:
    assert set(states_shown(shows_drafts=True)) == set(PostState)
    assert set(states_shown(shows_drafts=False)) == set(PostState) - {PostState.DRAFT}
