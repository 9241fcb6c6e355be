"""What a refusal of a duplicate tells of a post that was tried before.

LinkedIn names the post that says the same; it may be another, or one that was deleted and that
LinkedIn goes on knowing for a day or two (ComposioHQ/composio#2710). It is ours once it is seen to
be: by its author, its moment and its words.
"""

from domain.connector.checkpoints import Sent
from domain.connector.errors import Missing, OutcomeUnknown
from domain.networks.linkedin.answers import Post
from domain.networks.linkedin.finding import Sought, sent_of
from domain.networks.linkedin.places import path_of
from domain.networks.linkedin.refusals import Duplicate, NotPermitted
from domain.networks.linkedin.wire import Server


async def there_already(server: Server, sought: Sought, error: Duplicate) -> Sent | None:
    """The post that was tried, where the refusal names it; None: it is another, or gone.

    Raises `OutcomeUnknown` where nobody may look.
    """
    if error.urn is None or error.urn in sought.others:
        return None
    try:
        post = await server.read(path_of(error.urn), Post)
    except Missing:
        return None
    except NotPermitted:
        message = f"LinkedIn says that it is there as {error.urn}: look, then settle it."
        raise OutcomeUnknown(message, said=error.said) from error
    return sent_of(post.id, post.out_at) if sought.is_post(post) else None
