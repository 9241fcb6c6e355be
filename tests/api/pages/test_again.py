"""Who changes the language, or meets a form that is over, keeps what they are in the middle of."""

import re
from collections.abc import Iterator
from html import unescape

from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.main import PAGES
from api.pages.again import FORMS_OF
from api.pages.routes import PageRoute
from tests.browsing import Tab

IN_FRENCH = re.compile(r'<a href="([^"]+)" lang="fr"')
FORGOT = re.compile(r'<a href="(/forgot[^"]+)"')
SIGN_UP = re.compile(r'<a href="(/sign-up[^"]+)"')
AGAIN = re.compile(r'<a class="button" href="([^"]+)">Open the page again</a>')


def first(pattern: re.Pattern[str], tab: Tab) -> str:
    found = pattern.search(tab.page.text)
    return unescape(found[1]) if found else ""


async def test_language_changed_after_a_wrong_password_leads_on_to_where_it_led(tab: Tab) -> None:
    await tab.open("/sign-in?next=/oauth/consent%3Frequest%3Dpvu_1")
    await tab.send("/sign-in", email="nora@example.ch", password="wrong")

    await tab.open(first(IN_FRENCH, tab))

    assert tab.path == "/sign-in?next=%2Foauth%2Fconsent%3Frequest%3Dpvu_1&lang=fr"
    assert (tab.title, tab.hidden["next"]) == ("Se connecter", "/oauth/consent?request=pvu_1")


async def test_address_typed_before_is_there_where_a_password_is_asked_for(tab: Tab) -> None:
    await tab.open("/sign-in?next=/account/app")
    await tab.send("/sign-in", email="nora@example.ch", password="wrong")

    paths = [first(FORGOT, tab), first(SIGN_UP, tab)]

    for path, title in zip(paths, ("Choose a new password", "Make an account"), strict=True):
        await tab.open(path)
        assert (tab.title, tab.hidden["next"]) == (title, "/account/app")
        assert 'value="nora@example.ch"' in tab.page.text


async def test_form_that_is_over_leads_back_to_its_page(tab: Tab) -> None:
    await tab.open("/sign-in?next=/account/app")
    await tab.send("/sign-in", form_token="0" * 96, email="nora@example.ch", password="p")
    assert (tab.page.status_code, tab.title) == (403, "This form is no longer valid")

    await tab.open(first(AGAIN, tab))

    assert (tab.title, tab.hidden["next"]) == ("Sign in", "/account/app")


async def test_form_from_elsewhere_is_told_nothing_of_what_it_said(tab: Tab) -> None:
    answer = await tab.post("/sign-in", origin="http://evil.example", next="/account/app")

    assert (answer.status_code, "account/app" in answer.text) == (403, False)


def routes_of(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes_of(getattr(route, "original_router", APIRouter()))


def test_every_address_of_a_form_has_a_page_to_go_back_to() -> None:
    routes = [each for page in PAGES for each in routes_of(page.router)]
    pages = {each.path for each in routes if "GET" in (each.methods or ())}
    takers = [each for each in routes if isinstance(each, PageRoute)]
    forms = {each.path for each in takers if "POST" in (each.methods or ())}

    assert {path for path in forms if FORMS_OF.get(path, path) not in pages} == set()
    assert {path for path in FORMS_OF if path not in forms or path in pages} == set()
