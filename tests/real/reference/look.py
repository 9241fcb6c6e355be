"""Opens /docs and /graphql in a real Chromium that reaches nothing but the api, and uses both.

Reads `{"root", "token", "chromium", "folder"}` from standard input; runs in an environment of its
own. Prints what it saw on each page; screenshots lie in the folder.
"""

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

Seen = dict[str, Any]
LISTING = "#operations-communities-list_communities"
PATIENCE_MS = 60_000


def main() -> None:
    asked = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=asked["chromium"], args=["--no-sandbox"]
        )
        found = {name: visit(browser, asked, name) for name in ("docs", "graphql")}
        browser.close()
    json.dump(found, sys.stdout)


def visit(browser: Browser, asked: Seen, name: str) -> Seen:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    said: list[str] = []
    away: list[str] = []
    page.on("console", lambda message: hear(message, said))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route(
        lambda url: not url.startswith((asked["root"], "data:", "blob:")),
        lambda route: refuse(route, away),
    )
    page.goto(f"{asked['root']}/{name}")
    shown = {"docs": try_docs, "graphql": try_graphql}[name](page, asked["token"])
    page.screenshot(path=str(Path(asked["folder"]) / f"{name}.png"))
    page.close()
    # What Chromium says of every answer that is an error, such as the first one without a token.
    console = [line for line in said if "the server responded with a status of" not in line]
    return {**shown, "console": console, "elsewhere": away}


def hear(message: ConsoleMessage, said: list[str]) -> None:
    """Not Chromium's hints on how a page could be written: the pages come with packages."""
    if message.type != "verbose":
        said.append(message.text)


def refuse(route: Route, away: list[str]) -> None:
    away.append(route.request.url)
    route.abort()


def try_docs(page: Page, token: str) -> Seen:
    """Unfolds all groups, puts the token in and tries one operation out."""
    page.wait_for_selector(".opblock-tag")
    for group in page.locator(".opblock-tag .expand-operation").all():
        group.click()
    operations = page.locator(".opblock").count()
    page.locator("button.authorize").first.click()
    page.locator(".auth-container input").first.fill(token)
    page.locator(".auth-btn-wrapper button.authorize").first.click()
    page.locator("button.btn-done").first.click()
    page.locator(f"{LISTING} button").first.click()
    page.locator(f"{LISTING} .try-out__btn").click()
    page.locator(f"{LISTING} .execute").click()
    answer = page.locator(f"{LISTING} .live-responses-table .response-col_description pre").first
    return {"operations": operations, "answer": answer.inner_text()}


def try_graphql(page: Page, token: str) -> Seen:
    """Puts the token in, fetches the schema and runs the query that stands there."""
    headers = page.locator(".graphiql-editor-tool .CodeMirror").last
    headers.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(json.dumps({"Authorization": f"Bearer {token}"}))
    page.get_by_label("Show Documentation Explorer").click()
    # The editor hands a header on a moment after it was typed.
    while not page.get_by_text("Root Types").is_visible():
        page.get_by_label("Re-fetch GraphQL schema").click()
        page.wait_for_load_state("networkidle")
    page.get_by_label("Execute query (Ctrl-Enter)").click()
    page.locator(".result-window").get_by_text("requestedQueryCost").wait_for()
    return {"answer": page.locator(".result-window").inner_text()}


if __name__ == "__main__":
    main()
