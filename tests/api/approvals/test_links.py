"""The link of a mail: what it shows, the one decision it takes, and when it counts no longer."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import text

from domain.kernel.database import Database
from domain.kernel.ids import new_id
from tests.api.approvals.conftest import Hire
from tests.api.approvals.test_reviews import edit, events, policy, read, submit
from tests.api.workspaces.conftest import link_to
from tests.browsing import Tab, browsing
from tests.desk import Desk
from tests.people import letters_to

TITLES = {
    "fr": "Test house demande votre accord",
    "de": "Test house bittet um Ihre Freigabe",
    "it": "Test house chiede la vostra approvazione",
    "en": "Test house asks for your approval",
}


@pytest.fixture
def name() -> str:
    """A mailbox nobody wrote to before."""
    return f"Aline-{new_id().hex}"


async def state(desk: Desk, made: dict[str, Any]) -> str:
    found: str = (await read(desk, f"/v1/reviews/{made['id']}"))["state"]
    return found


async def test_who_is_asked_reads_and_approves_without_signing_in(
    desk: Desk, database: Database, hire: Hire, tab: Tab, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, aline)
    own = [{"account_id": desk.account, "parts": ["On taille à Lutry."]}]
    made = await submit(desk, await desk.draft(variants=own))
    [letter] = await letters_to(database, aline.email)
    link = await link_to(database, aline.email, "reviews")

    await tab.open(link)
    shown = tab.page.text
    await tab.open(link)
    await tab.send(link, verdict="approve", words="Bien.")

    assert letter.subject == "À approuver : Vigne"
    for said in (name, "Voilà.", "Vigne", "On taille.", "On taille à Lutry."):
        assert said in shown
    assert tab.title == "Decided"
    assert await state(desk, made) == "approved"
    [seen] = [each for each in await events(desk) if each["kind"] == "review.seen"]
    approved = [each for each in await events(desk) if each["kind"] == "review.approved"]
    assert seen["actor"] == approved[0]["actor"] == f"member:{aline.id}"
    assert approved[0]["data"]["is_by_link"] is True
    assert (await tab.open(link)).status_code == 404


async def test_page_shows_polls_and_first_comments_too(
    desk: Desk, database: Database, hire: Hire, tab: Tab, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, aline)
    poll = {"options": ["Oui, déjà", "Pas encore"]}
    own = [{"account_id": desk.account, "first_comment": "La suite demain."}]
    draft = await desk.draft(poll=poll, first_comment="Vos photos ?", variants=own)
    await submit(desk, draft)

    await tab.open(await link_to(database, aline.email, "reviews"))

    for said in ("Oui, déjà", "Pas encore", "Vos photos ?", "La suite demain."):
        assert said in tab.page.text


@pytest.mark.parametrize("language", list(TITLES))
async def test_page_speaks_four_languages(
    desk: Desk, database: Database, hire: Hire, tab: Tab, name: str, language: str
) -> None:
    aline = await hire(name)
    await policy(desk, aline)
    await submit(desk, await desk.draft())

    await tab.open(f"{await link_to(database, aline.email, 'reviews')}?lang={language}")

    assert tab.title == TITLES[language]


async def test_refusal_by_link_needs_words(
    desk: Desk, database: Database, hire: Hire, tab: Tab, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, aline)
    made = await submit(desk, await desk.draft())
    link = await link_to(database, aline.email, "reviews")
    await tab.open(link)

    wordless = await tab.send(link, verdict="refuse", words="  ")
    before = await state(desk, made)
    await tab.send(link, verdict="refuse", words="Le chiffre est faux.")

    assert (wordless.status_code, before) == (422, "open")
    assert 'aria-invalid="true"' in wordless.text
    found = await read(desk, f"/v1/reviews/{made['id']}")
    [decision] = found["decisions"]
    assert (found["state"], decision["words"]) == ("refused", "Le chiffre est faux.")
    assert decision["is_by_link"] is True


async def test_one_decision_counts_also_when_two_come_at_once(
    app: FastAPI, desk: Desk, database: Database, hire: Hire, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, aline)
    made = await submit(desk, await desk.draft())
    link = await link_to(database, aline.email, "reviews")
    async with browsing(app) as one, browsing(app) as other:
        await one.open(link)
        await other.open(link)

        await asyncio.gather(
            one.send(link, verdict="approve", words=""),
            other.send(link, verdict="refuse", words="Non."),
        )

        statuses = {one.page.status_code: "approved", other.page.status_code: "refused"}
    assert set(statuses) == {200, 404}
    assert await state(desk, made) == statuses[200]


@pytest.mark.parametrize(
    "ended",
    [
        *("withdrawn", "edited", "expired", "decided", "demoted", "removed", "forged", "expert"),
        *("reminded", "delegated"),
    ],
)
async def test_link_that_counts_no_longer_shows_nothing_and_decides_nothing(
    desk: Desk, database: Database, hire: Hire, tab: Tab, name: str, ended: str
) -> None:
    aline, marc = await hire(name), await hire("Marc")
    steps = [{"member_ids": [aline.id, marc.id]}, {"member_ids": [marc.id]}]
    await policy(desk, steps=steps)
    post = await desk.draft()
    made = await submit(desk, post)
    link = await link_to(database, aline.email, "reviews")
    await tab.open(link)
    seat, any_version = f"/v1/members/{aline.id}", {"If-Match": "*"}
    if ended == "withdrawn":
        await desk.post(f"/v1/reviews/{made['id']}/withdraw", 200)
    elif ended == "edited":
        await edit(desk, post, text="On taille encore.")
    elif ended == "expired":
        await expire(desk, database)
    elif ended == "decided":
        await marc.decide(made["id"], "approve", 200)
    elif ended == "demoted":
        await desk.client.patch(seat, json={"role": "editor"}, headers=any_version)
    elif ended == "removed":
        await desk.client.delete(seat, headers=any_version)
    elif ended == "reminded":
        await desk.post(f"/v1/reviews/{made['id']}/remind", 200)
    elif ended == "delegated":
        await aline.decide(made["id"], "delegate", 200, member_id=marc.id)
    elif ended == "forged":
        link = link[:-1] + ("a" if link[-1] != "a" else "b")
    else:
        link = link.replace("/reviews/", "/expert/")
    before = await read(desk, f"/v1/reviews/{made['id']}")

    sent = await tab.send(link, verdict="approve", words="", answer="Oui.")
    opened = await tab.open(link)

    assert (sent.status_code, opened.status_code) == (404, 404)
    assert await read(desk, f"/v1/reviews/{made['id']}") == before


@pytest.mark.parametrize("way", ["remind", "delegate"])
async def test_link_that_comes_later_decides(
    desk: Desk, database: Database, hire: Hire, tab: Tab, name: str, way: str
) -> None:
    marc, aline = await hire("Marc"), await hire(name)
    await policy(desk, aline if way == "remind" else marc)
    made = await submit(desk, await desk.draft())
    await marc.decide(made["id"], way, 200, **({} if way == "remind" else {"member_id": aline.id}))
    link = await link_to(database, aline.email, "reviews")
    await tab.open(link)

    await tab.send(link, verdict="approve", words="")

    assert await state(desk, made) == "approved"


async def expire(desk: Desk, database: Database) -> None:
    async with database.transaction(desk.tenant.workspace_id) as session:
        await session.exec(text("UPDATE review_links SET expires_at = now()"))  # type: ignore[call-overload]  # SQLModel types no text()
