"""Ids: made in order, shown with the prefix of their kind, read with a word for every mistake."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.kernel import ids
from domain.kernel.errors import IdMalformed, IdWrongKind
from domain.kernel.ids import PREFIXES, PostId, new_id, read, show

ID = UUID("0199e2b4-c1d0-7a3f-8e5d-6c7b8a901234")
SHOWN = "post_0199e2b4c1d07a3f8e5d6c7b8a901234"
POST = TypeAdapter(PostId)


def test_ids_are_uuid7_and_sort_by_the_time_they_were_made() -> None:
    made = [new_id() for _ in range(1000)]

    assert {id_.version for id_ in made} == {7}
    assert sorted(made) == made
    assert len(set(made)) == 1000


@given(st.sampled_from(sorted(PREFIXES)), st.uuids())
def test_every_id_is_read_as_it_was_shown(prefix: str, id_: UUID) -> None:
    assert read(prefix, show(prefix, id_)) == id_


@given(st.text(max_size=60))
def test_any_text_is_an_id_or_has_a_word_for_what_it_is(text: str) -> None:
    try:
        found = read("post", text)
    except (IdMalformed, IdWrongKind):
        return
    assert show("post", found) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "post",
        "post_",
        "post_12",
        SHOWN.upper(),
        f"{SHOWN}0",
        f" {SHOWN}",
        SHOWN.replace("post_", ""),
        str(ID),
        f"post_{ID}",
        "post_" + "٠" * 32,
        "nothing_0199e2b4c1d07a3f8e5d6c7b8a901234",
    ],
)
def test_what_is_no_id_is_malformed(text: str) -> None:
    with pytest.raises(IdMalformed, match="An id here is post_ and 32 hexadecimal digits"):
        read("post", text)


def test_another_kind_of_id_is_named() -> None:
    with pytest.raises(
        IdWrongKind, match="asks for the id of a post; that is the id of a community"
    ):
        read("post", "com_0199e2b4c1d07a3f8e5d6c7b8a901234")


@pytest.mark.parametrize(
    ("prefix", "sent", "told"),
    [
        ("acct", "key", "This asks for the id of an account; that is the id of an api key."),
        ("usr", "upd", "This asks for the id of a user; that is the id of an update."),
    ],
)
def test_kinds_are_named_as_people_would(prefix: str, sent: str, told: str) -> None:
    with pytest.raises(IdWrongKind) as found:
        read(prefix, f"{sent}_0199e2b4c1d07a3f8e5d6c7b8a901234")

    assert found.value.message == told


def test_shapes_hold_uuids_inside_and_show_prefixes_outside() -> None:
    assert POST.validate_python(SHOWN) == ID
    assert POST.validate_python(ID) == ID
    assert POST.dump_json(ID) == f'"{SHOWN}"'.encode()
    assert POST.dump_python(ID) == ID
    assert POST.json_schema()["pattern"] == "^post_[0-9a-f]{32}$"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("com_0199e2b4c1d07a3f8e5d6c7b8a901234", "id.wrong_kind"),
        ("x", "id.malformed"),
        (7, "id.malformed"),
    ],
)
def test_shapes_say_what_is_wrong_by_its_code(sent: object, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        POST.validate_python(sent)

    assert [fault["type"] for fault in refused.value.errors()] == [code]


def test_prefixes_are_short_words_and_every_kind_of_id_has_one() -> None:
    kinds = {name: each for name, each in vars(ids).items() if name.endswith("Id")}

    assert all(prefix.isalpha() and len(prefix) <= 5 for prefix in PREFIXES)
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert {each.__metadata__[0].prefix for each in kinds.values()} <= PREFIXES.keys()
    assert len(kinds) > 10
