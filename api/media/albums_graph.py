"""Albums in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from api.media import loaders
from api.media.graph import MEDIA
from domain.media import album_queries, albums
from domain.media.album_shapes import AlbumItemView, AlbumView

ALBUM = derive(
    AlbumView, "Album", "Media that belong together, in order.", find=album_queries.albums_by_id
)
derive(AlbumItemView, "AlbumItem", "A file in its place in an album.", as_types={"media": MEDIA})

edge(loaders.items_by_album, "items", "What is in it, in order. Needs `posts:read`.")
edge(loaders.cover_by_album, "cover", "The file that stands for it. Needs `posts:read`.")

QUERIES = (
    single("album", ALBUM, album_queries.get_album, "One album. Needs `posts:read`.", prefix="alb"),
    listing(
        "albums",
        ALBUM,
        album_queries.list_albums,
        "The albums, newest first. Needs `posts:read`.",
        filters={"media_ids": "Only those that hold one of these files."},
        order=Order(album_queries.NEWEST_FIRST.name, ("created_at", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "create_album",
        albums.create_album,
        "Makes an album. Needs `posts:write`.",
        gives=ALBUM,
        shown="album",
    ),
    Mutation(
        "change_album",
        albums.change_album,
        "Changes only what is sent. Needs `posts:write`.",
        prefix="alb",
        gives=ALBUM,
        shown="album",
        needs_version=True,
    ),
    Mutation(
        "remove_album",
        albums.remove_album,
        "Removes an album; its files stay. Needs `posts:write`.",
        prefix="alb",
    ),
    Mutation(
        "place_album_media",
        albums.place_media,
        "Puts files into an album, or elsewhere in it. Needs `posts:write`.",
        prefix="alb",
        gives=ALBUM,
        shown="album",
    ),
    Mutation(
        "take_out_album_media",
        albums.take_out_media,
        "Takes files out of an album; they stay on the shelf. Needs `posts:write`.",
        prefix="alb",
        gives=ALBUM,
        shown="album",
    ),
)
