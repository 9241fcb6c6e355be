"""What an article can be told that no other network has.

https://developer.wordpress.org/rest-api/reference/posts/, read 2026-11-26.
"""

from typing import Annotated

from pydantic import Field, JsonValue

from domain.connector.errors import Refused
from domain.connector.http import Call
from domain.connector.words import Draft
from domain.kernel.shapes import Shape
from domain.networks.wordpress.answers import Term, Terms
from domain.networks.wordpress.plainly import letters
from domain.networks.wordpress.wire import REST, Server

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Settings(Shape):
    title: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None,
        title="Title",
        description="The article's title; null: the first line of the text.",
        examples=["The village bakes again"],
    )
    excerpt: Annotated[str, Field(max_length=5000)] | None = Field(
        default=None,
        title="Excerpt",
        description="What lists and previews show; null: as the site makes it of the text.",
        examples=["Bread, cheese and wine on the square."],
    )
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=150)] | None = (
        Field(
            default=None,
            title="Slug",
            description="The end of the article's address, which must be free; null: made of the "
            "title.",
            examples=["village-bakes-again"],
        )
    )
    categories: Annotated[tuple[Name, ...], Field(max_length=20)] = Field(
        default=(),
        title="Categories",
        description="Names of categories that the site has; empty: the site's own choice.",
        examples=[["Uncategorized"]],
    )
    tags: Annotated[tuple[Name, ...], Field(max_length=50)] = Field(
        default=(),
        title="Tags",
        description="Names of tags; those the site lacks are made.",
        examples=[["Bread", "Square"]],
    )
    has_cover: bool = Field(
        default=True,
        title="Cover picture",
        description="Whether the first picture stands at the head, where the theme shows one, "
        "and not among the text.",
        examples=[False],
    )
    is_open: bool = Field(
        default=True,
        title="Open for comments",
        description="Whether readers may comment on it.",
        examples=[True],
    )


def settings_of(draft: Draft) -> Settings:
    return Settings.model_validate(draft.settings)


async def told(server: Server, settings: Settings) -> dict[str, JsonValue]:
    """The settings in WordPress's words, all but its slug; what is as usual is left out.

    Raises `Refused` for a category that the site does not have.
    """
    body: dict[str, JsonValue] = {}
    if settings.excerpt is not None:
        body["excerpt"] = settings.excerpt
    if settings.categories:
        body["categories"] = [await _category(server, name) for name in settings.categories]
    if settings.tags:
        body["tags"] = [await _tag(server, name) for name in settings.tags]
    if not settings.is_open:
        body["comment_status"] = "closed"
    return body


async def _category(server: Server, name: str) -> JsonValue:
    found = await _find(server, "categories", name)
    if found is None:
        raise Refused(f"The site has no category {name!r}.")
    return found


async def _tag(server: Server, name: str) -> JsonValue:
    found = await _find(server, "tags", name)
    if found is not None:
        return found
    return int((await server.repeat(Call("POST", f"{REST}/tags", json={"name": name}), Term)).id)


async def _find(server: Server, kind: str, name: str) -> int | None:
    query = [("search", name), ("per_page", "100"), ("_fields", "id,name")]
    terms = (await server.read(f"{REST}/{kind}", Terms, query)).root
    return next((int(term.id) for term in terms if letters(term.name) == letters(name)), None)
