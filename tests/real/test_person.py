"""A person's own pages in a real Chromium: sign-up, passkey, codes, recovery; judged by axe."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

from api.cli.places import ROOT
from tests.real import installing
from tests.stack import Stack, running_stack, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
EMAIL = "aline@example.ch"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Reached under a name: browsers make passkeys for no address."""
    with running_stack(tmp_path_factory.mktemp("person")) as running:
        assert running.api is not None
        running.api.send_signal(signal.SIGTERM)
        running.api.wait(10)
        running.env["PUBLIC_URL"] = f"http://localhost:{running.port}"
        running.start_api()
        yield running


def sign_up(stack: Stack) -> str:
    """Asks for an account; gives the link that comes by mail."""
    root = stack.env["PUBLIC_URL"]
    with httpx2.Client(base_url=root, timeout=20) as browser:
        page = browser.get("/sign-up").text
        hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        sent = browser.post("/sign-up", data={**hidden, "email": EMAIL}, headers={"Origin": root})
    assert sent.status_code == 200, sent.text
    return str(until(lambda: link_in_mail(stack), "the mail is kept"))


def link_in_mail(stack: Stack) -> str | None:
    command = [sys.executable, "-m", "api", "mail", "--json", "--to", EMAIL]
    shown = subprocess.run(command, env=stack.env, check=True, capture_output=True, text=True)
    mails = [json.loads(line) for line in shown.stdout.splitlines()]
    kept = [mail for mail in mails if mail["state"] == "kept"]
    found = re.search(r"http\S+/link\?token=\w+", kept[-1]["text"]) if kept else None
    return found[0] if found else None


def test_person_makes_an_account_and_protects_it(stack: Stack) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        installing.debian("chromium")
        chromium = shutil.which("chromium")
    python = installing.python(installing.ROOT / "pages", "playwright", "axe-playwright-python")
    folder = stack.folder / "pages"
    folder.mkdir()
    root = stack.env["PUBLIC_URL"]
    asked = {"root": root, "chromium": chromium, "folder": str(folder), "link": sign_up(stack)}

    ended = subprocess.run(
        [python / "python", "-m", "tests.real.pages.person"],
        cwd=ROOT,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    assert [(each["name"], each["violations"]) for each in seen if each["violations"]] == []
    assert [(each["name"], each["console"]) for each in seen if each["console"]] == []
    paths = {each["name"]: each["path"] for each in seen}
    assert paths["account-by-passkey"] == paths["account-by-recovery-code"] == "/account"
    assert (paths["recovery-codes"], len(seen)) == ("/account/app", 16)
