"""Changes an article or a comment in place; its address stays.

An article's files stay when the draft brings as many, else they are new.
"""

from datetime import datetime

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.wordpress import comments
from domain.networks.wordpress.answers import Post, Standing
from domain.networks.wordpress.articles import shown
from domain.networks.wordpress.compose import article_of, standing_media
from domain.networks.wordpress.media import describe, is_video, send_up
from domain.networks.wordpress.places import path_of, post_ref, read_id
from domain.networks.wordpress.settings import settings_of, told
from domain.networks.wordpress.wire import server_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:  # noqa: ARG001 - the port's signature
    server, part, settings = server_of(http, access), draft.parts[0], settings_of(draft)
    kind, _ = read_id(ref.remote_id)
    if kind == "comments":
        return await comments.change(server, ref.remote_id, part)
    path, article = path_of(ref.remote_id), article_of(part, settings)
    query = [("context", "edit"), ("_fields", "content,featured_media")]
    standing = await server.read(path, Standing, query)
    blocks, ids = standing_media(standing.content.raw)
    if standing.featured_media != "0":
        ids = (standing.featured_media, *ids)
    body = {**await told(server, settings), "title": article.title}
    if len(ids) == len(part.media):
        await describe(server, ids, sorted(part.media, key=is_video))
        body["content"] = "\n\n".join(each for each in (article.html, blocks) if each)
    else:
        files = [await send_up(server, medium) for medium in part.media]
        body |= shown(article.html, files, settings)
    call = Call("POST", path, query=(("_fields", "id,link"),), json=body)
    return post_ref(await server.repeat(call, Post))
