"""Looks at pages with a real Chromium, and has axe judge them; runs in an environment of its own.

Reads `{"root", "chromium", "folder", "visits": [{"name", "path", "language", "steps"}]}` from
standard input; a step is `["fill", label, text]`, `["check", label]` or `["press", button]`.
Prints what axe found, what the console said and the title, visit by visit.
"""

import json
import sys
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

Seen = dict[str, Any]
REACHED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at.dataset.reached) return null;
  at.dataset.reached = "yes";
  const look = getComputedStyle(at);
  const ring = (look.outlineStyle !== "none" && look.outlineWidth !== "0px")
    || look.boxShadow !== "none";
  const what = `${at.tagName.toLowerCase()} ${at.innerText || at.name || ""}`.trim();
  return ring ? what : `${what} (unseen)`;
}"""
# What Chromium says of every page whose status is an error.
NOTHING_NEW = "the server responded with a status of"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def main() -> None:
    asked = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=asked["chromium"], args=["--no-sandbox"]
        )
        found = [visit(browser, asked, each) for each in asked["visits"]]
        browser.close()
    json.dump(found, sys.stdout)


def visit(browser: Browser, asked: Seen, each: Seen) -> Seen:
    context = browser.new_context(
        locale=each.get("language", "en"),
        color_scheme=each.get("scheme", "light"),
        viewport={"width": each.get("width", 900), "height": 800},
    )
    page = context.new_page()
    said: list[str] = []
    away: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: away.append(request.url))
    answer = page.goto(asked["root"] + each["path"])
    for step in each.get("steps", []):
        take(page, step)
    page.screenshot(path=str(Path(asked["folder"]) / f"{each['name']}.png"), full_page=True)
    judged = Axe().run(page, options=RULES)
    focus = tabbed(page)
    result = {
        "name": each["name"],
        "status": answer.status if answer else 0,
        "title": page.title(),
        "path": page.url.removeprefix(asked["root"]),
        "violations": [
            {"id": one["id"], "nodes": [node["html"] for node in one["nodes"]]}
            for one in judged.response["violations"]
        ],
        "console": [line for line in said if NOTHING_NEW not in line],
        "elsewhere": sorted({url for url in away if not url.startswith(asked["root"])}),
        "focus": focus,
    }
    context.close()
    return result


def take(page: Page, step: list[str]) -> None:
    kind, name, *rest = step
    if kind == "fill":
        page.get_by_label(name, exact=True).fill(rest[0])
    elif kind == "check":
        page.get_by_label(name, exact=True).check()
    else:
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state()


def tabbed(page: Page) -> list[str]:
    """What the Tab key reaches, in its order, with a visible outline or not."""
    page.evaluate("document.activeElement?.blur()")
    seen: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        told = page.evaluate(REACHED)
        if told is None:
            break
        seen.append(told)
    return seen


if __name__ == "__main__":
    main()
