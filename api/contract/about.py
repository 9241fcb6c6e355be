"""What the contract says of the whole api, before its first operation."""

from domain.identity.scopes import described
from domain.kernel.caller import OFFERED
from domain.kernel.languages import Language

DESCRIPTION = """\
Parvis gathers a brand's communities, content calendars, mentions and engagement metrics from many
social networks behind one api. What REST can do, GraphQL at `/graphql` can do; both show the same
fields, ids and error codes.

**Tokens.** Send `Authorization: Bearer pv_live_…`. Applications come by tokens with OAuth 2.1
(`/.well-known/oauth-authorization-server`), people make API keys for their own programs. A token
belongs to one workspace and carries scopes; each operation names the scope it needs. Things of
other workspaces do not exist for it: their ids answer 404, lists leave them out.

**Ids** are UUIDv7 with the prefix of their kind, such as `post_0199e2b4c1d07a3f8e5d6c7b8a901234`.
A create command takes an `id` of your own; sent twice with the same body it gives the first
result, with another body 409 `id.taken`.

**Pages.** Lists answer `{data, page: {next_cursor, has_more}}` and a `Link` header with
`rel="next"`. Hand `next_cursor` back as `cursor`, with the same filters and sort. Filters that are
lists are repeated: `?state=draft&state=scheduled`. A parameter that an address does not know is
refused with 422 `parameter.unknown`, so that a slip never shows everything.

**Versions.** What can be changed carries a `version`, with which its `ETag` begins. `PATCH` is a
merge patch (RFC 7396): only what is sent changes. It needs `If-Match` with the ETag you read: 428
when it is missing, 412 when somebody was quicker. `If-Match: *` overwrites whatever is there.

**Asking again.** Reads of one thing give an `ETag` of all that they show, such as
`"3-9f86d081884c7d65"`: the version and a mark, which changes when something moves that nobody
edited, such as a delivery. Send it in `If-None-Match`: 304 without a body, by `HEAD` too, while
nothing has changed. `If-Match` takes `"3"` and `"3-9f86d081884c7d65"` alike: the version counts.
Lists have no `ETag`, save the inbox; follow `GET /v1/events` instead of asking for them again.

**Idempotency.** Send an `Idempotency-Key` with any `POST`. A resend within 24 hours gets the first
answer with `Idempotent-Replayed: true` and changes nothing; the same key with another request is
409 `idempotency_key.reused`.

**Errors** are problems (RFC 9457, `application/problem+json`) with a stable `code`, what to do
about it, JSON pointers to each fault, and whether a retry may help. `GET /v1/errors` lists every
code; `GET /v1/troubles` those of what networks and posts meet, such as of a delivery's `problem`.
`type` of whatever has a code leads to its description at `/problems`. Ignore
fields and words of enums that you do not know: new ones may come at any time.

**GraphQL** writes the same names in camelCase. Its lists are connections that go forward, by
`first` and `after`; none goes backward. `clientMutationId` is the `Idempotency-Key` of one change,
`expectedVersion` its `If-Match`, without a `*` for any. An operation has at most 12 levels,
15 aliases and 20,000 points of cost, of which `extensions.cost` tells. Persisted queries are taken
as Apollo's and urql's clients send them: once a query came with its SHA-256 in
`extensions.persistedQuery`, the hash alone will do, by GET too.

**What happens** is asked for, by `GET /v1/events` or `events` of GraphQL: the last cursor brings
what came since. Nothing is sent by itself: there are no webhooks, streams or subscriptions.

**Time.** Moments are RFC 3339 in UTC. What is planned has a wall time and an IANA time zone, and
shows the moment they mean: in the gap of a clock change the next valid one, in an overlap the
first. A request may name itself with `X-Request-Id`; every answer shows the id.

**Addresses** never end in a slash. `HEAD` goes wherever `GET` does; `OPTIONS` tells the methods.
"""

CONTACT = {"name": "The Parvis developers", "url": "https://parvis.example"}
SERVERS = [
    {
        "url": "/",
        "description": "This installation: production, staging or local.",
        "x-internal": False,
    }
]

TAGS = {
    "workspace": "The token's workspace and its members, and who the token acts for.",
    "roles": "What members may do: the templates, and the workspace's own sets of scopes.",
    "invitations": "Seats offered by mail.",
    "departments": "Members who work together, and who leads them.",
    "experts": "People who are asked about a post or a mention, without a seat.",
    "sign-in providers": "Outside OpenID providers that a workspace's people may sign in with.",
    "communities": "The people a brand gathers, and the zone their days are cut in.",
    "networks": "What each social network takes, allows and counts, as data.",
    "accounts": "The identities a community speaks with, connected by workers.",
    "media": "Pictures and videos, uploaded once, used in many posts.",
    "uploads": "Files that come in pieces (tus 1.0), or straight into the house's object store.",
    "calendars": "Content calendars, and the window a calendar view shows.",
    "campaigns": "What a community is told for one purpose, and what its links carry.",
    "contacts": "People and organisations that posts name, by their handle on each network.",
    "ideas": "Topics of conversation: the board, its posts, and the curation inbox.",
    "occasions": "What happens around a community: holidays, fixtures, by calendars it follows.",
    "posts": "What is said: a master text, adapted for readers, by accounts, on one plan.",
    "imports": "Posts that come in by the file, row by row; taken back too.",
    "approvals": "Which posts are approved by whom, and what was decided of each.",
    "upkeep": "What is public is kept up to date: dates, sources, and updates of every copy.",
    "deliveries": "Every outward act, its attempts and its outcome.",
    "mentions": "What people say to the accounts: the inbox, its conversations and answers.",
    "conversations": "Mentions that belong together.",
    "authors": "The people who wrote mentions.",
    "answers": "What the accounts said back.",
    "metrics": "Counts as the networks report them, and the series they become.",
    "applications": "Programs that act by OAuth, registered by a workspace.",
    "access": "API keys, tokens and grants: who and what may act.",
    "events": "The log of everything that happened, in order, without gaps.",
    "audit": "Who did what, when and from where, bound together by hashes.",
    "errors": "Every code: of refused requests, and of what networks and posts meet.",
    "health": "For those who start, stop and route to this process.",
}

_SCOPES = {scope.value: described(scope, Language.ENGLISH) for scope in OFFERED}
# A new token is had where the last one was, with or without a refresh token.
_TOKENS = {"tokenUrl": "/oauth/token", "refreshUrl": "/oauth/token", "scopes": _SCOPES}
SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of one workspace: given by OAuth, a member's API key, or made with "
        "`./parvis token`. Its scopes: " + ", ".join(f"`{scope}`" for scope in OFFERED) + ".",
    },
    "oauth": {
        "type": "oauth2",
        "description": "Tokens for registered applications, by OAuth 2.1: codes with PKCE (S256) "
        "for members of a workspace, client credentials for an application's own doing, the "
        "device flow. Access tokens last an hour at most and are opaque; id_tokens are JWTs as "
        "RFC8725 asks. `/.well-known/oauth-authorization-server` names every endpoint.",
        "flows": {
            "authorizationCode": {"authorizationUrl": "/oauth/authorize", **_TOKENS},
            "clientCredentials": _TOKENS,
        },
    },
}
