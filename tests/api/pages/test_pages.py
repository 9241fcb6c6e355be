import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.main import create_app
from api.pages.paths import local_path
from api.pages.words import words
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.browsing import Tab, browsing
from tests.people import PASSWORD, Person, sign_in
from tests.world import opened

TEMPLATES = Path("api/pages/templates")
SAID = re.compile(r"""\bt\(\s*"([a-z_.]+)"\s*[,)]""")


async def test_page_carries_the_headers_that_keep_others_out(tab: Tab) -> None:
    headers = (await tab.open("/sign-in")).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


async def test_page_loads_nothing_but_our_own_files(tab: Tab) -> None:
    page = (await tab.open("/sign-in")).text

    loaded = re.findall(r'(?:src|<link[^>]+href)="([^"]+)"', page)
    assert loaded == ["/assets/pages.css", "/assets/parvis.svg"]
    assert [(await tab.client.get(each)).status_code for each in loaded] == [200, 200]
    assert not re.search(r"<style|<script(?![^>]*src=)|style=|\son\w+=", page)


@pytest.mark.parametrize(
    ("asked", "accepted", "language", "title"),
    [
        ("", "de-CH,fr;q=0.8", "de", "Anmelden"),
        ("", "pt, it;q=0.1, fr;q=0.7", "fr", "Se connecter"),
        ("", "fr;q=0, it;q=0.5", "it", "Accedi"),
        ("", "pt", "en", "Sign in"),
        ("", "", "en", "Sign in"),
        ("", "fr;q=x", "en", "Sign in"),
        ("?lang=it", "de", "it", "Accedi"),
        ("?lang=pt", "de", "de", "Anmelden"),
    ],
)
async def test_page_speaks_the_language_that_is_asked_for_or_liked_best(
    app: FastAPI, asked: str, accepted: str, language: str, title: str
) -> None:
    async with browsing(app, **{"Accept-Language": accepted}) as tab:
        page = await tab.open(f"/sign-in{asked}")

    assert (tab.title, page.headers["content-language"]) == (title, language)
    assert f'<html lang="{language}">' in page.text


async def test_chosen_language_stays(tab: Tab) -> None:
    await tab.open("/sign-in?lang=fr")

    await tab.open("/sign-in")

    assert tab.title == "Se connecter"


@pytest.mark.parametrize(
    ("origin", "fields"),
    [
        ("http://parvis.test", {"form_token": None}),
        ("http://parvis.test", {"form_token": ""}),
        ("http://parvis.test", {"form_token": "0" * 96}),
        ("http://parvis.test", {"form_token": "é" * 96}),
        ("http://evil.example", {}),
        ("https://parvis.test", {}),
        ("http://parvis.test.evil.example", {}),
        ("null", {}),
        (None, {}),
    ],
)
async def test_form_from_elsewhere_is_refused(
    tab: Tab, person: Person, database: Database, origin: str | None, fields: dict[str, str | None]
) -> None:
    await tab.open("/sign-in")
    sent = {**tab.hidden, "email": person.email, "password": PASSWORD, **fields}
    sent = {name: value for name, value in sent.items() if value is not None}

    answer = await tab.post("/sign-in", origin=origin, **sent)

    assert answer.status_code == 403
    assert "form.refused" in answer.text
    count = "SELECT count(*) FROM sign_ins WHERE user_id = $1"
    assert await database.reads.fetchval(count, person.id) == 0


async def test_token_of_another_browser_is_refused(app: FastAPI, tab: Tab, person: Person) -> None:
    async with browsing(app) as other:
        await other.open("/sign-in")
        foreign = other.hidden
    await tab.open("/sign-in")

    answer = await tab.post("/sign-in", **foreign, email=person.email, password=PASSWORD)

    assert answer.status_code == 403


async def test_form_shown_before_sign_in_is_dead_after_it(tab: Tab, person: Person) -> None:
    await tab.open("/sign-in")
    before = tab.hidden
    await sign_in(tab, person)

    answer = await tab.post("/sign-out", **before)

    assert answer.status_code == 403
    assert (await tab.open("/account")).request.url.path == "/account"


async def test_json_body_is_no_form(tab: Tab) -> None:
    await tab.open("/sign-in")

    answer = await tab.client.post(
        "/sign-in", json=tab.hidden, headers={"Origin": "http://parvis.test"}
    )

    assert answer.status_code == 403


async def test_what_people_type_is_shown_as_text(tab: Tab) -> None:
    await tab.open("/sign-in")

    answer = await tab.send("/sign-in", email='"><script>x</script>', password="p")

    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_two_pages_show_two_tokens_and_both_count(tab: Tab, person: Person) -> None:
    await tab.open("/sign-in")
    first = tab.hidden
    await tab.open("/sign-in")

    assert first["form_token"] != tab.hidden["form_token"]
    sent = await tab.post("/sign-in", **first, email=person.email, password=PASSWORD)
    assert sent.status_code == 303


def test_every_sentence_of_a_template_is_there_in_four_languages() -> None:
    asked = {
        key for file in TEMPLATES.rglob("*.html") for key in SAID.findall(file.read_text("utf-8"))
    }

    assert len(asked) > 30
    assert asked - set(words().said) == set()


@pytest.mark.parametrize("text", ["/account", "/a?b=//c", "/oauth/authorize?x=https%3A%2F%2Fy"])
def test_local_path_stays(text: str) -> None:
    assert local_path(text) == text


@pytest.mark.parametrize("text", [None, "", "//e", "/\\e", "/ e", "/\te", "e", "/é", "/a\\b"])
def test_path_that_browsers_could_misread_is_replaced(text: str | None) -> None:
    assert local_path(text) == "/account"


async def test_text_that_cannot_be_kept_is_refused_on_a_page(tab: Tab) -> None:
    await tab.open("/sign-in")

    answer = await tab.send("/sign-in", email="a\0b@example.ch", password="p")

    assert (answer.status_code, "text.unstorable" in answer.text) == (422, True)
    assert answer.headers["content-type"].startswith("text/html")


async def test_under_https_cookies_belong_to_this_host_alone(
    settings: Settings, person: Person
) -> None:
    root = "https://parvis.test"
    own = settings.model_copy(update={"public_url": root})
    async with opened(create_app(own)) as app, browsing(app, root=root) as tab:
        await sign_in(tab, person)

        assert tab.title == "My account"
        assert set(dict(tab.client.cookies)) == {"__Host-parvis", "__Host-parvis-device"}
        await tab.open("/sign-in?lang=fr")
    cookies = list(tab.client.cookies.jar)
    assert [cookie.secure for cookie in cookies] == [True] * len(cookies)
    assert {cookie.path for cookie in cookies} == {"/"}
