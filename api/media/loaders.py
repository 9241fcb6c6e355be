"""Relations of media."""

from api.graph.pages import Order
from api.graph.relations import Many, One, whole
from domain.media import album_queries, consents
from domain.media.album_shapes import AlbumItemView, AlbumView
from domain.media.operation_shapes import OperationView
from domain.media.queries import media_by_id
from domain.media.shapes import MediaConsentView, MediaView

consents_by_media = Many(
    owner=MediaView,
    target=MediaConsentView,
    order=Order(consents.IN_ORDER.name, ("id",)),
    page_size=20,
    first=whole(consents.consents_by_media),
    more=consents.list_consents,
)
media_by_consent = One(MediaConsentView, MediaView, "media_id", media_by_id)
items_by_album = Many(
    owner=AlbumView,
    target=AlbumItemView,
    order=Order(album_queries.IN_ORDER, ("position", lambda item: item.media.id)),
    page_size=50,
    first=album_queries.media_by_album,
    more=album_queries.list_album_media,
)
cover_by_album = One(AlbumView, MediaView, "cover_id", media_by_id)
result_by_operation = One(OperationView, MediaView, "result_id", media_by_id)
