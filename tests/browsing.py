"""A browser for tests: keeps cookies, sends the forms of the page it is on, follows redirects."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import httpx2
from fastapi import FastAPI

ROOT = "http://parvis.test"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


class Tab:
    """One window of a browser; `page` is the answer it shows."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.page: httpx2.Response = httpx2.Response(204)

    async def open(self, path: str, **headers: str) -> httpx2.Response:
        self.page = await self.client.get(path, headers=headers, follow_redirects=True)
        return self.page

    async def send(self, path: str, **fields: Any) -> httpx2.Response:
        """Sends a form with the hidden fields of the page; redirects are followed."""
        origin = str(self.client.base_url).rstrip("/")
        sent = await self.post(path, origin=origin, **{**self.hidden, **fields})
        if sent.is_redirect:
            return await self.open(sent.headers["location"])
        self.page = sent
        return sent

    async def post(self, path: str, *, origin: str | None = ROOT, **fields: Any) -> httpx2.Response:
        """Sends just these fields and follows nothing."""
        headers = {} if origin is None else {"Origin": origin}
        return await self.client.post(path, data=fields, headers=headers)

    @property
    def hidden(self) -> dict[str, str]:
        return {name: unescape(value) for name, value in HIDDEN.findall(self.page.text)}

    @property
    def title(self) -> str:
        found = TITLE.search(self.page.text)
        return unescape(found[1]).strip() if found else ""

    @property
    def path(self) -> str:
        return self.page.request.url.raw_path.decode()


@asynccontextmanager
async def browsing(app: FastAPI, *, root: str = ROOT, **headers: str) -> AsyncIterator[Tab]:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url=root, headers={"Accept-Language": "en", **headers}
    ) as client:
        yield Tab(client)
