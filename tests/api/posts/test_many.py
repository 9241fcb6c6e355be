"""Many posts moved at once, as a client of either face sees it."""

import pytest

from domain.kernel.ids import new_id, show
from tests.api.posts.test_rest import TOMORROW
from tests.desk import Desk

MOVE = """
mutation ($posts: [ID!]!, $trial: Boolean!) {
  reschedulePosts(input: {postIds: $posts, byMinutes: 60, dryRun: $trial}) {
    ... on ReschedulePostsSuccess {
      rescheduled { posts { postId code } leftOut { postId code message } } } } }
"""


@pytest.mark.parametrize("trial", [True, False])
async def test_posts_that_are_named_and_left_out_say_why_on_both_faces(
    desk: Desk, *, trial: bool
) -> None:
    planned = await desk.draft(wall_time=TOMORROW.isoformat())
    await desk.post(f"/v1/posts/{planned['id']}/schedule", 200)
    named = [planned["id"], (await desk.draft())["id"], show("post", new_id())]

    rest = await desk.post(
        "/v1/posts/reschedule", 200, post_ids=named, by_minutes=60, dry_run=trial
    )
    body = {"query": MOVE, "variables": {"posts": named, "trial": trial}}
    graph = (await desk.post("/graphql", 200, **body))["data"]["reschedulePosts"]["rescheduled"]

    said = [
        "Only scheduled posts are moved; this one is draft.",
        "There is no such post in this workspace.",
    ]
    codes = ["state.not_allowed", "not_found"]
    assert [each["post_id"] for each in rest["posts"]] == named[:1]
    assert rest["left_out"] == [
        {"post_id": id_, "code": code, "message": message}
        for id_, code, message in zip(named[1:], codes, said, strict=True)
    ]
    assert graph == {
        "posts": [{"postId": named[0], "code": None}],
        "leftOut": [
            {"postId": id_, "code": code, "message": message}
            for id_, code, message in zip(named[1:], codes, said, strict=True)
        ],
    }
