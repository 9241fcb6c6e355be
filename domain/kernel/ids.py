"""Ids: UUIDv7 made by us or by a client, stored as uuid, shown with the prefix of their kind."""

import re
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from uuid_utils.compat import uuid7

from domain.kernel.errors import IdMalformed, IdUnordered, IdWrongKind

HEX_DIGITS = 32
ANY_DIGITS = f"[0-9a-f]{{{HEX_DIGITS}}}"
ORDERED_DIGITS = "[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}"
ORDERED_VERSION = 7
DIGITS = re.compile(ANY_DIGITS)
PREFIXES = {
    "ws": "workspace",
    "mem": "member",
    "role": "role",
    "inv": "invitation",
    "dept": "department",
    "xrq": "expert_request",
    "usr": "user",
    "sin": "sign_in",
    "pky": "passkey",
    "sip": "sign_in_provider",
    "mail": "mail",
    "tok": "token",
    "key": "api_key",
    "app": "application",
    "sec": "application_secret",
    "grant": "grant",
    "com": "community",
    "acct": "account",
    "cns": "consent",
    "med": "media",
    "mcs": "media_consent",
    "alb": "album",
    "op": "operation",
    "upl": "upload",
    "cal": "calendar",
    "pil": "pillar",
    "cam": "campaign",
    "idea": "idea",
    "slot": "slot",
    "feed": "calendar_feed",
    "evc": "event_calendar",
    "occ": "occasion",
    "rec": "recurrence",
    "post": "post",
    "pver": "post_version",
    "imp": "import",
    "con": "contact",
    "pol": "approval_policy",
    "pau": "pause",
    "rev": "review",
    "src": "source",
    "upd": "update",
    "adp": "adaptation",
    "var": "variant",
    "dlv": "delivery",
    "att": "attempt",
    "auth": "author",
    "conv": "conversation",
    "men": "mention",
    "cand": "candidate",
    "ans": "answer",
    "smp": "sample",
    "evt": "event",
}
BY_KIND = {kind: prefix for prefix, kind in PREFIXES.items()}


def new_id() -> UUID:
    """A UUIDv7, so that ids sort by the time they were made."""
    return uuid7()


def show(prefix: str, id_: UUID) -> str:
    return f"{prefix}_{id_.hex}"


def read(prefix: str, text: str) -> UUID:
    """The id in `text`. Raises `IdWrongKind` or `IdMalformed`."""
    found, _, digits = text.partition("_")
    if found != prefix and found in PREFIXES:
        raise IdWrongKind(expected=PREFIXES[prefix], found=PREFIXES[found])
    if found != prefix or not DIGITS.fullmatch(digits):
        raise IdMalformed(expected=f"{prefix}_ and {HEX_DIGITS} hexadecimal digits")
    return UUID(hex=digits)


def read_any(text: str) -> tuple[str, UUID]:
    """The kind and the id in `text`, such as `post_0199…`. Raises `IdMalformed`."""
    prefix = text.partition("_")[0]
    if prefix not in PREFIXES:
        raise IdMalformed(expected="an id with the prefix of its kind, such as post_")
    return PREFIXES[prefix], read(prefix, text)


@dataclass(frozen=True, slots=True)
class Prefixed:
    """Pydantic annotation: a uuid inside, `prefix_hex` outside."""

    prefix: str

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._show, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "pattern": f"^{self.prefix}_{ANY_DIGITS}$",
            "maxLength": len(self.prefix) + 1 + HEX_DIGITS,
            "examples": [f"{self.prefix}_0199e2b4c1d07a3f8e5d6c7b8a901234"],
        }

    def _show(self, id_: UUID) -> str:
        return f"{self.prefix}_{id_.hex}"

    def _validate(self, value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        try:
            return read(self.prefix, value if isinstance(value, str) else "")
        except (IdWrongKind, IdMalformed) as error:
            raise PydanticCustomError(error.code, "{message}", {"message": error.message}) from None


@dataclass(frozen=True, slots=True)
class Ordered:
    """Pydantic annotation: a UUIDv7, so that what clients name sorts by its time too."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        found = handler(schema)
        return {**found, "pattern": found["pattern"].replace(ANY_DIGITS, ORDERED_DIGITS)}

    def _validate(self, id_: UUID) -> UUID:
        if id_.version != ORDERED_VERSION:
            raise PydanticCustomError(IdUnordered.code, "The 32 digits are those of no UUIDv7.")
        return id_


T = TypeVar("T", bound=UUID)
Own = Annotated[T, Ordered()]
"""`Own[PostId]`: an id that a client makes for something new."""

WorkspaceId = Annotated[UUID, Prefixed("ws")]
MemberId = Annotated[UUID, Prefixed("mem")]
RoleId = Annotated[UUID, Prefixed("role")]
InvitationId = Annotated[UUID, Prefixed("inv")]
DepartmentId = Annotated[UUID, Prefixed("dept")]
ExpertRequestId = Annotated[UUID, Prefixed("xrq")]
UserId = Annotated[UUID, Prefixed("usr")]
ProviderId = Annotated[UUID, Prefixed("sip")]
PasskeyId = Annotated[UUID, Prefixed("pky")]
SignInId = Annotated[UUID, Prefixed("sin")]
TokenId = Annotated[UUID, Prefixed("tok")]
ApiKeyId = Annotated[UUID, Prefixed("key")]
ApplicationId = Annotated[UUID, Prefixed("app")]
ApplicationSecretId = Annotated[UUID, Prefixed("sec")]
GrantId = Annotated[UUID, Prefixed("grant")]
CommunityId = Annotated[UUID, Prefixed("com")]
AccountId = Annotated[UUID, Prefixed("acct")]
MediaId = Annotated[UUID, Prefixed("med")]
MediaConsentId = Annotated[UUID, Prefixed("mcs")]
OperationId = Annotated[UUID, Prefixed("op")]
AlbumId = Annotated[UUID, Prefixed("alb")]
UploadId = Annotated[UUID, Prefixed("upl")]
CalendarId = Annotated[UUID, Prefixed("cal")]
PillarId = Annotated[UUID, Prefixed("pil")]
SlotId = Annotated[UUID, Prefixed("slot")]
CampaignId = Annotated[UUID, Prefixed("cam")]
CalendarFeedId = Annotated[UUID, Prefixed("feed")]
EventCalendarId = Annotated[UUID, Prefixed("evc")]
OccasionId = Annotated[UUID, Prefixed("occ")]
RecurrenceId = Annotated[UUID, Prefixed("rec")]
IdeaId = Annotated[UUID, Prefixed("idea")]
PostId = Annotated[UUID, Prefixed("post")]
PostVersionId = Annotated[UUID, Prefixed("pver")]
ImportId = Annotated[UUID, Prefixed("imp")]
PauseId = Annotated[UUID, Prefixed("pau")]
ContactId = Annotated[UUID, Prefixed("con")]
PolicyId = Annotated[UUID, Prefixed("pol")]
ReviewId = Annotated[UUID, Prefixed("rev")]
SourceId = Annotated[UUID, Prefixed("src")]
UpdateId = Annotated[UUID, Prefixed("upd")]
AdaptationId = Annotated[UUID, Prefixed("adp")]
VariantId = Annotated[UUID, Prefixed("var")]
DeliveryId = Annotated[UUID, Prefixed("dlv")]
AttemptId = Annotated[UUID, Prefixed("att")]
AuthorId = Annotated[UUID, Prefixed("auth")]
ConversationId = Annotated[UUID, Prefixed("conv")]
MentionId = Annotated[UUID, Prefixed("men")]
CandidateId = Annotated[UUID, Prefixed("cand")]
AnswerId = Annotated[UUID, Prefixed("ans")]
EventId = Annotated[UUID, Prefixed("evt")]
ConsentId = Annotated[UUID, Prefixed("cns")]
