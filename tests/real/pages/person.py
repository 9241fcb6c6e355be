"""Somebody's way through the pages of their account, in a real Chromium with a passkey of its own.

Reads `{"root", "chromium", "folder", "link"}` from standard input: `link` finishes a sign-up.
Prints, page by page, its name, path and title, what axe found and what the console said.
"""

import base64
import hmac
import json
import struct
import sys
import time
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.real.pages.look import NOTHING_NEW, RULES, take

PASSWORD = "violet anchovy parade 48"
TOUCHED = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Walk:
    def __init__(self, context: BrowserContext, asked: dict[str, Any]) -> None:
        self.page: Page = context.new_page()
        self.root, self.folder = asked["root"], Path(asked["folder"])
        self.seen: list[dict[str, Any]] = []
        self._said: list[str] = []
        self.page.on("console", lambda message: self._said.append(message.text))
        self.page.on("pageerror", lambda error: self._said.append(str(error)))
        keeper = context.new_cdp_session(self.page)
        keeper.send("WebAuthn.enable")
        keeper.send("WebAuthn.addVirtualAuthenticator", {"options": TOUCHED})

    def open(self, path: str) -> None:
        self.page.goto(self.root + path)

    def take(self, *step: str) -> None:
        take(self.page, list(step))

    def look(self, name: str) -> None:
        self.page.screenshot(path=str(self.folder / f"{name}.png"), full_page=True)
        judged = Axe().run(self.page, options=RULES).response["violations"]
        self.seen.append(
            {
                "name": name,
                "path": self.page.url.removeprefix(self.root),
                "title": self.page.title(),
                "violations": [
                    {"id": one["id"], "nodes": [node["html"] for node in one["nodes"]]}
                    for one in judged
                ],
                "console": [line for line in self._said if NOTHING_NEW not in line],
            }
        )
        self._said.clear()


def sign_up(walk: Walk, link: str) -> None:
    walk.page.goto(link)
    walk.look("link")
    walk.take("fill", "Name", "Aline Favre")
    walk.take("fill", "New password", PASSWORD)
    walk.take("press", "Make the account")
    walk.look("account")


def use_passkey(walk: Walk) -> None:
    walk.open("/account/passkeys")
    walk.take("fill", "Name of the passkey", "Phone")
    walk.take("press", "Add a passkey")
    walk.page.wait_for_selector("strong")
    walk.look("passkeys")
    walk.take("press", "Sign out")
    walk.look("sign-in")
    walk.take("press", "Use a passkey")
    walk.page.wait_for_url("**/account")
    walk.look("account-by-passkey")


def use_app(walk: Walk) -> None:
    walk.open("/account/app")
    walk.look("new-app")
    key = walk.page.locator("code").inner_text()
    walk.take("fill", "Code", code_of(key))
    walk.take("press", "Turn on")
    walk.look("recovery-codes")
    spare = walk.page.locator(".codes code").first.inner_text()
    walk.open("/account/app")
    walk.look("app")
    walk.open("/account/sign-ins")
    walk.look("sign-ins")
    walk.page.get_by_role("button", name="Sign out").first.click()
    walk.take("fill", "E-mail address", "aline@example.ch")
    walk.take("fill", "Password", PASSWORD)
    walk.take("press", "Sign in")
    walk.look("code")
    walk.take("fill", "Code", spare)
    walk.take("press", "Continue")
    walk.look("account-by-recovery-code")


def change(walk: Walk) -> None:
    for name in ("email", "password"):
        walk.open(f"/account/{name}")
        walk.look(name)
    walk.open("/account/workspaces")
    walk.take("fill", "Its name", "Echo")
    walk.take("press", "Found a workspace")
    walk.look("workspaces")
    walk.open("/confirm?next=/account/email")
    walk.look("confirm")
    walk.open("/sign-in/with?workspace=nobody")
    walk.look("outside")


def code_of(key: str) -> str:
    """What an app shows now (RFC 6238)."""
    secret = base64.b32decode(key.replace(" ", ""))
    digest = hmac.digest(secret, struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def main() -> None:
    asked = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=asked["chromium"], args=["--no-sandbox"]
        )
        walk = Walk(browser.new_context(locale="en"), asked)
        sign_up(walk, asked["link"])
        use_passkey(walk)
        use_app(walk)
        change(walk)
        browser.close()
    json.dump(walk.seen, sys.stdout)


if __name__ == "__main__":
    main()
