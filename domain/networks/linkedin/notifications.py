"""What happened to an organisation's posts, as LinkedIn notes it for 60 days.

https://learn.microsoft.com/linkedin/marketing/community-management/organizations/
organization-social-action-notifications, read 2026-11-28. Needs rw_organization_admin.
"""

from domain.connector.errors import Missing
from domain.connector.heard import understood
from domain.connector.http import Call
from domain.connector.words import InboxItem, InboxKind
from domain.networks.linkedin.answers import Comment, Epoch, Heard, Listed, Message, moment_of
from domain.networks.linkedin.cursor import Told
from domain.networks.linkedin.little import plain
from domain.networks.linkedin.people import profile_named
from domain.networks.linkedin.places import path_of
from domain.networks.linkedin.refusals import NotPermitted
from domain.networks.linkedin.urns import actor_in, comment_of, encoded, url_of
from domain.networks.linkedin.wire import REST, Server

_PAGE = 50
_PAGES = 40
_KINDS = {
    "COMMENT": InboxKind.REPLY,
    "COMMENT_EDIT": InboxKind.REPLY,
    "SHARE_MENTION": InboxKind.MENTION,
    "COMMENT_DELETE": InboxKind.REPLY,
    "LIKE": InboxKind.LIKE,
    "SHARE": InboxKind.REPOST,
}


class _Said(Heard):
    entity: str = ""
    owner: str = ""
    text: str = ""
    message: Message = Message()


class _Activity(Heard):
    comment: _Said | None = None
    share: _Said | None = None


class _Notification(Heard):
    notification_id: str
    action: str
    source_post: str = ""
    decorated_source_post: _Said = _Said()
    generated_activity: str = ""
    decorated_generated_activity: _Activity = _Activity()
    last_modified_at: Epoch

    @property
    def post(self) -> str:
        """The post as its author names it: elsewhere it is named by its activity."""
        return self.decorated_source_post.entity or self.source_post


async def told_since(server: Server, author: str, since: int) -> list[Told]:
    """Everything since a moment; at first, 0, what one page holds. Raises `NotPermitted`."""
    criteria = f"q=criteria&organizationalEntity={encoded(author)}&actions=List({','.join(_KINDS)})"
    found = list[Told]()
    for number in range(_PAGES):
        paging = f"count={_PAGE}&start={number * _PAGE}"
        call = Call("GET", f"{REST}/organizationalEntityNotifications?{criteria}&{paging}")
        elements = (await server.repeat(call, Listed)).elements
        page = understood(elements, _Notification)
        found += [told for each in page if (told := await _told(server, each))]
        is_behind = any(each.last_modified_at <= since for each in page)
        if not since or is_behind or len(elements) < _PAGE:
            break
    return found


async def _told(server: Server, notification: _Notification) -> Told | None:
    kind = _KINDS.get(notification.action)
    if kind is None:
        return None
    is_reply = kind is InboxKind.REPLY
    item = await _reply(server, notification) if is_reply else _deed(kind, notification)
    name = notification.notification_id
    return None if item is None else Told(name, notification.last_modified_at, item)


async def _reply(server: Server, notification: _Notification) -> InboxItem | None:
    """A comment; where its words do not come along they are asked for."""
    said = notification.decorated_generated_activity.comment or _Said()
    comment = comment_of(said.entity or notification.generated_activity)
    if comment is None:
        return None
    owner, text = said.owner, said.text or said.message.text
    is_deleted = notification.action == "COMMENT_DELETE"
    if not owner and not is_deleted:
        try:
            read = await server.read(path_of(comment.urn), Comment)
        except (Missing, NotPermitted):
            return None
        owner, text = read.actor, read.message.text
    return InboxItem(
        kind=InboxKind.REPLY,
        remote_id=comment.urn,
        author=profile_named(owner or comment.urn),
        said_at=moment_of(notification.last_modified_at),
        text=text,
        url=url_of(comment.urn),
        about=notification.post or comment.object,
        root=notification.post or comment.object,
        is_deleted=is_deleted,
    )


def _deed(kind: InboxKind, notification: _Notification) -> InboxItem | None:
    """A mention in a post, a like or a repost: whose it is stands in its URN, or beside it."""
    shared = notification.decorated_generated_activity.share or _Said()
    owner = shared.owner or actor_in(notification.generated_activity)
    if not owner:
        return None
    is_mention = kind is InboxKind.MENTION
    urn = shared.entity or notification.generated_activity
    return InboxItem(
        kind=kind,
        remote_id=urn if is_mention else f"{kind}:{notification.post}:{owner}",
        author=profile_named(owner),
        said_at=moment_of(notification.last_modified_at),
        text=plain(shared.text),
        url=url_of(urn) if shared.entity else None,
        about=None if is_mention else notification.post,
    )
