"""Comments of ours: where they stand, sending them, and finding them again."""

from dataclasses import dataclass
from html import escape

from pydantic import JsonValue

from domain.connector.heard import understood
from domain.connector.http import Call
from domain.connector.links import spelled_out
from domain.connector.words import Part, Ref
from domain.networks.wordpress.answers import Comment, Listed
from domain.networks.wordpress.places import comment_ref, path_of, read_id
from domain.networks.wordpress.plainly import letters
from domain.networks.wordpress.wire import REST, AlreadyThere, Server

FIELDS = (
    "_fields",
    "id,post,parent,author,author_name,author_url,author_avatar_urls,date_gmt,content,link",
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a comment stands under: an article, and the comment that it answers, 0 for none."""

    post: int
    parent: int


async def place_of(server: Server, reply_to: str) -> Place:
    """Raises `Missing` when what shall be answered is not there."""
    kind, number = read_id(reply_to)
    if kind == "posts":
        return Place(number, 0)
    answered = await server.read(path_of(reply_to), Comment, [FIELDS])
    return Place(int(answered.post), number)


async def send(server: Server, author: str, place: Place, part: Part) -> Ref:
    """The comment, also when the very same one was there before: it is not taken twice."""
    body: dict[str, JsonValue] = {
        "post": place.post,
        "parent": place.parent,
        "content": comment_html(part),
    }
    call = Call("POST", f"{REST}/comments", query=(FIELDS,), json=body)
    try:
        return comment_ref(await server.act(call, Comment))
    except AlreadyThere:
        found = await find(server, author, place, part)
        if found is None:
            raise
        return comment_ref(found)


async def find(server: Server, author: str, place: Place, part: Part) -> Comment | None:
    """Our newest comment under that place that says the same."""
    query = [
        ("post", str(place.post)),
        ("parent", str(place.parent)),
        ("author", author),
        ("status", "all"),
        ("per_page", "100"),
        FIELDS,
    ]
    listed = await server.read(f"{REST}/comments", Listed, query)
    wanted = letters(comment_html(part))
    for comment in understood(listed.root, Comment):
        if letters(comment.content.rendered) == wanted:
            return comment
    return None


async def change(server: Server, remote_id: str, part: Part) -> Ref:
    body: dict[str, JsonValue] = {"content": comment_html(part)}
    return comment_ref(
        await server.repeat(Call("POST", path_of(remote_id), query=(FIELDS,), json=body), Comment)
    )


def comment_html(part: Part) -> str:
    """WordPress makes paragraphs and links itself."""
    return escape(spelled_out(part.text, part.link.url if part.link else None), quote=False)
