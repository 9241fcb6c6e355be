"""The audit trail in the graph."""

from typing import Any

from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import argument, asking
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.scalars import Big
from domain.audit import queries
from domain.audit.chain import Known, verify_chain
from domain.audit.shapes import AuditEntryView, AuditVerificationView

ENTRY = derive(
    AuditEntryView,
    "AuditEntry",
    "Something that happened in the workspace, with whence, before and after.",
    as_types={"number": Big},
)
VERIFICATION = derive(
    AuditVerificationView,
    "AuditVerification",
    "Whether the audit trail is what was written.",
    as_types={
        "fault_number": Big | None,
        "first_number": Big,
        "last_number": Big,
        "head_number": Big,
    },
)


async def _verify(_: object, context: Context, given: dict[str, Any]) -> AuditVerificationView:
    known = Known.of(given.get("known_number") or None, given.get("known_hash") or None)
    async with context.turn() as session:
        return await verify_chain(
            session, context.caller, from_number=given["from_number"], known=known
        )


QUERIES = (
    single(
        "audit_entry",
        ENTRY,
        queries.get_audit_entry,
        "One entry of the audit trail. Needs `audit:read`.",
        prefix="evt",
    ),
    listing(
        "audit_entries",
        ENTRY,
        queries.list_audit_entries,
        "Who did what, when and from where, the latest first. Needs `audit:read`.",
        filters={
            "actors": "Only by these, such as `member:mem_…`.",
            "kinds": "Only these kinds, such as `post.published`.",
            "subject_kinds": "Only about these kinds of things, such as `post`.",
            "subjects": "Only about these things, by their ids.",
            "since": "Only from this moment on.",
            "until": "Only before this moment.",
        },
        order=Order(queries.LATEST_FIRST.name, ("number",)),
    ),
    asking(
        "audit_verification",
        VERIFICATION | None,
        "Computes the hashes again, of at most 100,000 entries. Needs `audit:read`.",
        _verify,
        [
            argument("from_number", Big, "The first entry to look at.", 1),
            argument("known_number", Big | None, "An entry whose hash you noted down."),
            argument("known_hash", str | None, "Its hash; sent with `knownNumber`."),
        ],
    ),
)

MUTATIONS: tuple[Mutation, ...] = ()
