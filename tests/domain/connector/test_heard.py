import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.heard import Heard, NotUnderstood, heard, understood, without_secrets
from domain.connector.http import Reply
from domain.connector.links import spelled_out


class Person(Heard):
    id: str
    name: str | None = None


def reply(body: bytes) -> Reply:
    return Reply(200, {}, body, "https://village.example/me")


def test_only_what_is_named_is_read_and_ids_may_be_numbers() -> None:
    assert heard(reply(b'{"id": 7, "more": []}'), Person) == Person(id="7")
    many = heard(reply(b'[{"id": "7", "name": "Ana"}]'), tuple[Person, ...])
    assert many == (Person(id="7", name="Ana"),)


def test_byte_order_mark_before_an_answer_is_passed_over() -> None:
    """Sites whose files begin with one answered nothing that was understood."""
    assert heard(reply(b'\xef\xbb\xbf{"id": "7"}'), Person) == Person(id="7")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"name": "Ana"}', b'{"id": null}'])
def test_other_shapes_are_not_understood_and_not_repeated(body: bytes) -> None:
    with pytest.raises(NotUnderstood) as caught:
        heard(reply(body), Person)
    assert "Ana" not in str(caught.value)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (r"Ana \ud83d", "Ana \ufffd"),
        (r"Ana \ud83d\ud83d\ude00\uDE00", "Ana \ufffd\U0001f600\ufffd"),
        (r"A\u0000na", "A\ufffdna"),
        (r"\\u0000 \\\u0000 \\ud83d", "\\u0000 \\\ufffd \\ud83d"),
        (r"\ud83d\ude00 \u00e9\n", "\U0001f600 é\n"),
    ],
)
def test_what_is_no_character_hides_nothing_else(told: str, name: str) -> None:
    """A page of which one text was cut amid an emoji was read again and again, in vain."""
    body = b'{"id": "7", "name": "%b"}' % told.encode()

    assert heard(reply(body), Person) == Person(id="7", name=name)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"id":', "the answer is of another form"),
        (b"[]", "the answer is of another form"),
        (b'{"name": 1}', "the answer is unexpected at id"),
    ],
)
def test_what_is_not_understood_says_where(body: bytes, told: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        heard(reply(body), Person)

    assert str(caught.value) == told


def test_odd_entries_do_not_hide_the_others() -> None:
    assert understood([{"id": 1}, "?", {"name": "Ana"}, {"id": "2"}], Person) == [
        Person(id="1"),
        Person(id="2"),
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("your token t0ken is bad", "your token [secret] is bad"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer [secret]"),
        ("jwt eyJhbGciOiJI.eyJzdWIi.c2ln", "jwt [secret]"),
        ('{"access_token": "xyz", "a": 1}', '{"access_token": "[secret]", "a": 1}'),
        ("POST /?password=hunter2&x=1", "POST /?password=[secret]&x=1"),
        ("Text is too long", "Text is too long"),
    ],
)
def test_secrets_are_masked(said: str, told: str) -> None:
    assert without_secrets(said, ["t0ken", ""]) == told


@given(st.text(max_size=30), st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_given_secret_never_comes_through(before: str, secret: str, after: str) -> None:
    told = without_secrets(f"{before}{secret}{after}", [secret])
    assert secret not in told.replace("[secret]", "") or secret in f"{before}{after}"


@pytest.mark.parametrize(
    ("text", "url", "written"),
    [
        ("See", "https://a.ch", "See\n\nhttps://a.ch"),
        ("See https://a.ch now", "https://a.ch", "See https://a.ch now"),
        ("", "https://a.ch", "https://a.ch"),
        ("See", None, "See"),
    ],
)
def test_link_stands_in_the_text_once(text: str, url: str | None, written: str) -> None:
    assert spelled_out(text, url) == written
