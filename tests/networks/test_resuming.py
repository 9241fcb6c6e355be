"""Threads that are half out: what stands is known, and a person's word on the next goes on."""

import pytest

from domain.connector.checkpoints import known
from domain.connector.port import Resumes
from domain.connector.words import Checkpoint, Ref
from domain.posts.rules import sent_of
from tests.networks.abilities import PUBLISHING, THREADING, path_of
from tests.networks.cases import case_of, connector_of
from tests.networks.drafts import THREAD, longest
from tests.networks.playing import Kept, publish, script
from tests.networks.scripted import ScriptedHttp, body_text, recorded

TAKING_WORDS = [key for key in THREADING if not case_of(key).seeks_first]
NAMED: list[tuple[str, Checkpoint, str, str]] = [
    ("mastodon", {}, "https://village.example/@cafe/11467", "11467"),
    ("mastodon", {}, "11467?x=1", "11467"),
    ("matrix", {}, "https://matrix.to/#/!room:village.example/%24abc-1?via=v.example", "$abc-1"),
    ("discord", {}, "https://discord.com/channels/1/2/345", "345"),
    ("discord", {"thread_id": "7", "sent": [{"id": "7"}]}, "345", "7/345"),
    ("wordpress", {}, "34", "posts/34"),
    ("wordpress", {}, "https://village.example/?p=34", "posts/34"),
    ("wordpress", {"sent": [{"id": "posts/34"}]}, "12", "comments/12"),
    (
        "wordpress",
        {"sent": [{"id": "posts/34"}]},
        "https://village.example/#comment-2",
        "comments/2",
    ),
    ("discourse", {}, "https://forum.example/p/12", "12"),
    ("discourse", {}, "https://forum.example/t/bread/9/3?u=ada", "by_number/9/3"),
    ("discourse", {}, "https://forum.example/t/bread/9", "by_number/9/1"),
    (
        "bluesky",
        {"repository": "did:x", "keys": ["3k"]},
        "https://bsky.app/profile/v/post/3k",
        "at://did:x/app.bsky.feed.post/3k",
    ),
    ("threads", {}, "1700", "1700"),
    ("instagram", {}, "1789", "1789"),
    ("instagram", {"sent": [{"id": "1789"}]}, "1787", "comments/1787"),
    ("instagram", {"below": "comments/1787/1788"}, "1799", "comments/1787/1799"),
    ("facebook", {"page": "104"}, "104_12", "104_12"),
    ("facebook", {"page": "104"}, "https://www.facebook.com/104/posts/12?__tn__=R", "104_12"),
    ("facebook", {"page": "104"}, "https://facebook.com/permalink.php?story_fbid=12", "104_12"),
    ("facebook", {"page": "104"}, "https://www.facebook.com/village/videos/12/", "104_12"),
    ("facebook", {"page": "104"}, "https://m.facebook.com/1/posts/12?comment_id=34", "12_34"),
    ("sandbox", {}, "http://sandbox.test/posts/01a2", "01a2"),
    (
        "linkedin",
        {},
        "https://www.linkedin.com/feed/update/urn:li:share:7431229065766260701/",
        "urn:li:share:7431229065766260701",
    ),
    (
        "linkedin",
        {},
        "https://www.linkedin.com/posts/cafe_bread-activity-7431229065766260735-k2Ab?utm=1",
        "urn:li:activity:7431229065766260735",
    ),
    (
        "linkedin",
        {},
        "https://www.linkedin.com/feed/update/x?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A7%2C8%29",
        "urn:li:comment:(urn:li:activity:7,8)",
    ),
]
NAMELESS: list[tuple[str, str]] = [
    ("mastodon", "https://village.example/@cafe/"),
    ("matrix", "https://matrix.to/#/!room:village.example"),
    ("discord", "https://discord.com/channels/1/2/latest"),
    ("wordpress", "https://village.example/2026/11/bread/"),
    ("discourse", "https://forum.example/latest"),
    ("bluesky", "https://bsky.app/profile/v/post/another"),
    ("linkedin", "https://www.linkedin.com/company/village-cafe/posts/"),
    ("facebook", "https://www.facebook.com/village/posts/pfbid02abc"),
    ("threads", "https://www.threads.com/@village/post/DB1abc"),
    ("instagram", "https://www.instagram.com/p/DB1abc/"),
]


SERVERS = {"sandbox": "http://sandbox.test", "discourse": "https://forum.example"}
ELSEWHERE: list[tuple[str, str]] = [
    ("mastodon", "https://elsewhere.example/@cafe@village.example/11467"),
    ("mastodon", "https://village.example.org/@cafe/11467"),
    ("matrix", "https://village.example/$abc"),
    ("discord", "https://discord.example/channels/1/2/345"),
    ("telegram", "https://example.org/village/12"),
    ("facebook", "https://facebook.example/104/posts/12"),
    ("threads", "https://threads.example/@village/post/DB1abc"),
    ("instagram", "https://instagram.example/p/DB1abc/"),
    ("wordpress", "https://village.example:8443/?p=34"),
    ("linkedin", "https://linkedin.example/feed/update/urn:li:share:7/"),
    ("discourse", "https://village.example/p/12"),
    ("sandbox", "https://sandbox.example/posts/01a2"),
    ("sandbox", "http://[sandbox.test/posts/01a2"),
]


def resume_of(key: str) -> Resumes:
    resume = connector_of(key).resume
    assert resume is not None
    return resume


def reached(kept: Kept, calls: int) -> Checkpoint:
    """What was kept when so many calls had been made."""
    before = [
        each for each, at in zip(kept.checkpoints, kept.calls_before, strict=True) if at <= calls
    ]
    return before[-1] if before else {}


@pytest.mark.parametrize("key", PUBLISHING)
async def test_what_stands_is_noted_as_sent_before_the_next_message_goes_out(key: str) -> None:
    case, http, resume = case_of(key), script(key, "thread"), resume_of(key)
    published, kept = await publish(key, http, longest(connector_of(key)), {})
    calls = [case.writes(call.method, path_of(call.url)) for call in http.calls]
    writes = [number for number, writes in enumerate(calls) if writes]
    for number, call in enumerate([*writes, len(calls)]):
        checkpoint = reached(kept, call)
        assert resume.known(checkpoint) == known(checkpoint) == published.refs[:number]
        assert sent_of(checkpoint) == number


@pytest.mark.parametrize("key", TAKING_WORDS)
async def test_rest_goes_out_below_what_a_person_told_of(key: str) -> None:
    case, http, resume = case_of(key), script(key, "thread"), resume_of(key)
    thread, kept = await publish(key, http, THREAD, {})
    calls = [case.speaks(call.method, path_of(call.url)) for call in http.calls]
    first, second, third = [number for number, writes in enumerate(calls) if writes]

    told = resume.told(reached(kept, second), Ref(thread.refs[1].remote_id, thread.refs[1].url))

    # What is asked before anything is said is asked again.
    exchanges = recorded(key, "thread")
    rest = ScriptedHttp([*exchanges[:first], *exchanges[third:]])
    published, _ = await publish(key, rest, THREAD, told)
    rest.assert_finished()
    assert resume.known(told) == thread.refs[:2]
    assert published == thread
    (said,) = [
        body_text(call) for call in rest.calls if case.speaks(call.method, path_of(call.url))
    ]
    assert (THREAD.parts[2].text in said, case.named(thread.refs[1].remote_id) in said) == (
        True,
        True,
    )


@pytest.mark.parametrize(("key", "checkpoint", "named", "id_"), NAMED)
def test_message_is_named_by_its_id_or_its_address(
    key: str, checkpoint: Checkpoint, named: str, id_: str
) -> None:
    told = resume_of(key).known(resume_of(key).told(checkpoint, Ref(named)))

    assert (told[-1].remote_id, len(told)) == (id_, len(known(checkpoint)) + 1)


@pytest.mark.parametrize(("key", "named"), [(key, named) for key, _, named, _ in NAMED])
def test_messages_are_at_home_where_their_account_is(key: str, named: str) -> None:
    home = resume_of(key).is_home(named, SERVERS.get(key, "https://village.example/"))

    assert home or "://" not in named


@pytest.mark.parametrize(("key", "named"), ELSEWHERE)
def test_an_address_of_another_host_is_none_of_the_accounts(key: str, named: str) -> None:
    server = SERVERS.get(key, "https://village.example")

    assert not resume_of(key).is_home(named, server)


@pytest.mark.parametrize(("key", "named"), NAMELESS)
def test_what_names_no_message_is_not_taken(key: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"named|under way"):
        resume_of(key).told({"keys": ["3k"]}, Ref(named))
