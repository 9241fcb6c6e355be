"""Whose words a target says: every field from the nearest that has it, never by chance."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.ids import new_id
from domain.posts.inheriting import (
    FROM_MASTER,
    FROM_TARGET,
    KEYS,
    WORDS,
    Audience,
    Layer,
    Origin,
    inherited,
    suited,
)


@dataclass(frozen=True)
class Post:
    text: str = "On taille."
    media_ids: tuple[UUID, ...] = ()
    link_url: str | None = None
    language: str | None = "fr"
    poll: dict[str, Any] | None = None
    quote_of: str | None = None
    first_comment: str | None = None


@dataclass(frozen=True)
class Own:
    parts: list[str] | None = None
    media_ids: list[UUID] | None = None
    link_url: str | None = None
    language: str | None = None
    content_warning: str | None = None
    poll: dict[str, Any] | None = None
    quote_of: str | None = None
    first_comment: str | None = None


@dataclass(frozen=True)
class Adaptation(Own):
    network: str | None = None
    locale: str | None = None
    segment: str | None = None
    tone: str | None = None
    id: UUID = field(default_factory=new_id)

    @property
    def key(self) -> tuple[str | None, ...]:
        return tuple(getattr(self, name) for name in KEYS)


def maybe(values: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | values


def poll(*options: str) -> dict[str, Any]:
    return {"options": [*options], "duration_s": 60, "is_multiple": False, "hides_totals": False}


LOCALES = st.sampled_from(["fr", "fr-CH", "de", "de-CH", "zh-Hant-TW", "zh-Hant", "zh"])
NAMES = st.sampled_from(["mastodon", "bluesky"])
PLAIN = st.sampled_from(["a", "b"])
audiences = st.builds(Audience, NAMES, maybe(LOCALES), maybe(PLAIN), maybe(PLAIN))
own_words = {
    "parts": st.none() | st.lists(st.sampled_from(["Un", "Deux"]), max_size=2),
    "media_ids": st.none() | st.lists(st.uuids(), max_size=2),
    "link_url": maybe(st.sampled_from(["https://a.ch/", "https://b.ch/"])),
    "language": maybe(st.sampled_from(["fr", "de", "it"])),
    "content_warning": maybe(st.sampled_from(["", "Vin"])),
    "poll": st.none() | st.sampled_from([poll(), poll("Oui", "Non")]),
    "quote_of": maybe(st.sampled_from(["", "https://a.ch/posts/1"])),
    "first_comment": maybe(st.sampled_from(["", "Suite"])),
}
targets = st.builds(Own, **own_words)
some = st.builds(
    Adaptation,
    network=maybe(NAMES),
    locale=maybe(LOCALES),
    segment=maybe(PLAIN),
    tone=maybe(PLAIN),
    **own_words,
).filter(lambda each: any(each.key))
adapted = st.lists(some, max_size=8, unique_by=lambda each: each.key)
posts = st.builds(Post, link_url=maybe(st.just("https://post.ch/")), language=maybe(st.just("fr")))


@given(posts, targets, audiences, adapted, st.randoms())
def test_the_order_they_were_made_in_changes_nothing(
    post: Post, own: Own, audience: Audience, given_: list[Adaptation], random: object
) -> None:
    mixed = given_.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis gives a Random

    assert inherited(post, own, audience, mixed) == inherited(post, own, audience, given_)


@given(posts, targets, audiences, adapted)
def test_what_is_for_others_changes_nothing(
    post: Post, own: Own, audience: Audience, given_: list[Adaptation]
) -> None:
    mine = suited(given_, audience)

    assert inherited(post, own, audience, mine) == inherited(post, own, audience, given_)
    for each in mine:
        assert each.network in (None, audience.network)
        assert each.segment in (None, audience.segment)
        assert each.tone in (None, audience.tone)
        assert each.locale is None or f"{audience.locale}-".startswith(f"{each.locale}-")


@given(audiences, adapted)
def test_who_names_more_comes_first_and_no_two_stand_alike(
    audience: Audience, given_: list[Adaptation]
) -> None:
    mine = [each for each in given_ if each in suited(given_, audience)]
    order = suited(given_, audience)

    named = [sum(getattr(each, name) is not None for name in KEYS) for each in order]
    assert named == sorted(named, reverse=True)
    assert suited(mine[::-1], audience) == order


@given(posts, targets, audiences, adapted)
def test_every_field_is_said_by_whom_it_is_ascribed_to(
    post: Post, own: Own, audience: Audience, given_: list[Adaptation]
) -> None:
    found = inherited(post, own, audience, given_)
    by_id = {each.id: each for each in given_}

    assert found.origins.keys() == set(WORDS)
    for name in ("parts", "media_ids", "link_url", "content_warning"):
        origin = found.origins[name]
        value = getattr(found, name)
        if origin == FROM_MASTER:
            master = {"parts": (post.text,), "content_warning": None}
            assert value == master.get(name, getattr(post, name, None))
            continue
        said = getattr(
            own if origin == FROM_TARGET else by_id[origin.adaptation_id or UUID(int=0)], name
        )
        assert said is not None
        assert value == ((said or None) if name == "content_warning" else _as_found(said))


@given(posts, audiences, adapted)
def test_words_of_its_own_win_over_all_others(
    post: Post, audience: Audience, given_: list[Adaptation]
) -> None:
    own = Own(["Moi."], [], "https://moi.ch/", "rm", "", poll(), "", "")

    found = inherited(post, own, audience, given_)

    assert (found.parts, found.media_ids, found.link_url) == (("Moi.",), (), "https://moi.ch/")
    assert (found.language, found.content_warning) == ("rm", None)
    assert set(found.origins.values()) == {FROM_TARGET}


@given(posts, targets, audiences, adapted)
def test_a_text_is_never_called_by_the_language_of_a_text_behind_it(
    post: Post, own: Own, audience: Audience, given_: list[Adaptation]
) -> None:
    found = inherited(post, own, audience, given_)
    layers = [FROM_TARGET, *(Origin(Layer.ADAPTATION, e.id) for e in suited(given_, audience))]
    layers.append(FROM_MASTER)

    text, language = found.origins["parts"], found.origins["language"]

    assert language == FROM_MASTER or layers.index(language) <= layers.index(text)


@given(posts, targets, audiences)
def test_without_adaptations_a_post_says_what_it_always_said(
    post: Post, own: Own, audience: Audience
) -> None:
    nowhere = Audience(audience.network)

    found = inherited(post, own, nowhere, [])

    assert found.parts == tuple(own.parts or [post.text])
    assert found.link_url == (own.link_url or post.link_url)
    assert found.language == (own.language or post.language)


def test_a_network_comes_before_a_locale_a_locale_before_a_segment_and_that_before_a_tone() -> None:
    audience = Audience("mastodon", "fr-CH", "a", "b")
    near = [
        Adaptation(network="mastodon", locale="fr", segment="a", tone="b"),
        Adaptation(network="mastodon", locale="fr-CH"),
        Adaptation(network="mastodon", locale="fr"),
        Adaptation(segment="a", tone="b"),
        Adaptation(network="mastodon"),
        Adaptation(locale="fr-CH"),
        Adaptation(locale="fr"),
        Adaptation(segment="a"),
        Adaptation(tone="b"),
    ]

    assert suited(near[::-1], audience) == near
    assert suited([replace(near[2], network="bluesky"), Adaptation(locale="de")], audience) == []


def test_words_for_a_locale_are_in_its_language_unless_they_say_another() -> None:
    audience = Audience("mastodon", "de-CH")
    german = Adaptation(locale="de", parts=["Wir schneiden."])
    short = Adaptation(network="mastodon", parts=["Taille."])
    other = replace(german, language="gsw")

    assert inherited(Post(), Own(), audience, [german]).language == "de"
    assert inherited(Post(), Own(), audience, [other]).language == "gsw"
    assert inherited(Post(), Own(), audience, [german, short]).language == "fr"
    assert inherited(Post(), Own(["Mini."]), audience, [german]).language == "de-CH"
    assert inherited(Post(), Own(), audience, [Adaptation(locale="de")]).language == "fr"


def _as_found(said: object) -> object:
    return tuple(said) if isinstance(said, list) else said


def test_polls_and_first_comments_are_inherited_and_can_be_none() -> None:
    post = Post(poll=poll("Oui", "Non"), first_comment="La suite")
    german = Adaptation(locale="de", poll=poll("Ja", "Nein"), first_comment="Mehr")
    quiet = Adaptation(network="bluesky", poll=poll(), first_comment="")
    here, there = Audience("mastodon", "de-CH"), Audience("bluesky", "fr")

    plain = inherited(post, Own(), Audience("mastodon"), [german, quiet])
    adapted_ = inherited(post, Own(), here, [german, quiet])
    silent = inherited(post, Own(), there, [german, quiet])

    assert (plain.poll, plain.first_comment) == (poll("Oui", "Non"), "La suite")
    assert (adapted_.poll, adapted_.first_comment) == (poll("Ja", "Nein"), "Mehr")
    assert (silent.poll, silent.first_comment) == (None, None)
    assert silent.origins["poll"] == Origin(Layer.ADAPTATION, quiet.id)


def test_quotes_are_inherited_and_can_be_none() -> None:
    post = Post(quote_of="https://a.ch/posts/1")
    german = Adaptation(locale="de", quote_of="https://a.ch/posts/2")
    quiet = Adaptation(network="bluesky", quote_of="")

    plain = inherited(post, Own(), Audience("mastodon"), [german, quiet])
    adapted_ = inherited(post, Own(), Audience("mastodon", "de-CH"), [german, quiet])
    silent = inherited(post, Own(), Audience("bluesky", "de"), [german, quiet])

    assert plain.quote_of == "https://a.ch/posts/1"
    assert adapted_.quote_of == "https://a.ch/posts/2"
    assert silent.quote_of is None
