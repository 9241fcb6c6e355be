from datetime import UTC, datetime

import pytest

from domain.networks.mastodon.answers import Account, Attachment, Status
from domain.networks.mastodon.matching import Sought, is_same, words

POSTED = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def status(content: str, **changes: object) -> Status:
    made = Status(id="1", created_at=POSTED, account=Account(id="7", acct="ana"), content=content)
    return made.model_copy(update=changes)


def sought(text: str) -> Sought:
    return Sought(text, content_warning="", media_count=0, answers=None)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Good morning!", "<p>Good morning!</p>"),
        ("One\n\nTwo\nthree", "<p>One</p><p>Two<br>three</p>"),
        ("Hello *there* _you_", "<p>Hello <em>there</em> <em>you</em></p>"),
        (
            "Hi @bob@far.example, look",
            '<p>Hi <a href="https://far.example/@bob">@<span>bob</span></a>, look</p>',
        ),
        ("Thanks", '<p><a href="#">@<span>bob</span></a> Thanks</p>'),
        ("Thanks", "<p>@bob@far.example Thanks</p>"),
        (
            "See https://village.example/menu",
            (
                '<p>See <a href="https://village.example/menu"><span class="invisible">https://</span>'
                "<span>village.example/menu</span></a></p>"
            ),
        ),
        ("Cafe\u0301", "<p>Café</p>"),
        ("🎉🎉", "<p>🎉🎉</p>"),
    ],
)
def test_status_of_ours_is_known_again(text: str, content: str) -> None:
    assert is_same(status(content), sought(text))


@pytest.mark.parametrize(
    "other",
    [
        status("<p>Good evening</p>"),
        status("<p>Good morning</p>", spoiler_text="News"),
        status("<p>Good morning</p>", in_reply_to_id="9"),
        status("<p>Good morning</p>", media_attachments=(Attachment(id="3"),)),
    ],
)
def test_another_status_is_not_taken_for_ours(other: Status) -> None:
    assert not is_same(other, sought("Good morning"))


def test_signs_count_where_there_are_no_words() -> None:
    assert words("🎉 🎉") == "🎉🎉"
    assert words("🎉") != words("👏")
