"""What the fuzzer cannot read from a contract, for schemathesis (`SCHEMATHESIS_HOOKS`).

`positive_data_acceptance` wants every request that fits the schema to succeed. Some are refused
for what they mean: a cursor that no list gave, a time zone that does not exist, a version that
somebody else was quicker to change. The configuration lets their statuses pass, and
`refused_for_its_meaning_alone` lets pass exactly those codes, each with its reason.

Made-up ids would end at 404: `before_call` puts ids of things that are there in their place.

What goes out for each operation is every way that its schema can be broken, of every field: a text
too long, a number too large, a wrong type. Of a wrong type there are five samples, each is sent
beside all other fields and alone, and hundreds of operations have the same fields: `filter_case`
sends all of them for the first operation with the field, and one for every other.
"""

import json
import os
import re
from collections import Counter
from typing import Any

import schemathesis

MEANT = {
    "cursor.invalid": "a cursor is what a list gave",
    "cursor.lost": "and that of a log is behind what is kept",
    "time_zone.unknown": "zones come and go with the tz database",
    "network.unknown": "networks are folders of the installation",
    "version.stale": "somebody was quicker",
    "version.missing": "the header's absence has a status of its own",
    "window.invalid": "a window ends after it begins",
    "window.reversed": "as above",
    "window.too_long": "and is not endless",
    "text.unstorable": "U+0000 is no text",
    "name.invisible": "and a name can be seen",
    "import.unreadable": "nor is every text a file of posts",
    "import.columns_unfit": "whose columns have names",
    "string_too_short": "text is trimmed before it is measured",
    "media.unsupported": "a file is what its bytes say",
    "media.too_large": "and weighs what the operator lets in",
    "body.too_large": "no more comes than was announced",
    "upload.protocol_unknown": "tus has versions",
    "body.malformed": "checksums are of some kinds",
    "upload.over": "one that was given up takes nothing",
    "upload.checksum_wrong": "and its checksums are right",
    "time.past": "a plan is for later",
    "time.missing": "a post without a time cannot be planned",
    "return_url.origin_unknown": "people are sent to known origins alone",
    "redirect_uri.unfit": "where people may be sent has rules that no pattern tells",
    "redirect_uri.missing": "and codes need such an address",
    "origin.unfit": "as have the origins of browsers",
    "address.unfit": "and ranges of addresses",
    "grant_type.unfit": "not every application may come by tokens in every way",
    "post.unfit": "networks have limits that their manifests tell",
    "post.without_target": "nor one without an account",
    "campaign.days_reversed": "a campaign ends after it begins",
    "campaign.other_community": "and stays with its community",
    "campaign.archived": "as an archived one takes no posts",
    "pillar.other_calendar": "a pillar stays with its calendar",
    "recurrence.rule_unfit": "RFC 5545 has rules that no pattern tells",
    "variation.repeated": "variations differ",
    "variation.hidden": "and are heard",
    "pillar.other_community": "an idea, too, stays with its community",
    "post.other_community": "as do the posts that came of it",
    "idea.summary_missing": "what is summarised has a summary",
    "calendar.other_community": "a post stays with its community",
    "pause.other_community": "and a pause is of one",
    "url_parsing": "hosts have rules that no pattern tells",
    "role.unfit": "a custom role and its id go together",
    "department.lead_outside": "who leads a department is in it",
    "member.may_not_approve": "who is asked to approve may",
    "member.may_not_read": "who takes care of a mention sees it",
    "known_incomplete": "a number and its hash go together",
    "upkeep.expired": "what is over is given another end",
    "update.words_missing": "what is said anew has words",
    "update.one_message": "a reply is one message",
    "update.no_way": "not every copy takes every way",
    "value_error": "fields that contradict one another",
}
WELCOME = {200, 201, 202, 204, 401, 403, 404, 409}


@schemathesis.check
def refused_for_its_meaning_alone(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001 - a check's signature
    """Fails when a request that fits its schema is refused for another reason than `MEANT`."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code in WELCOME or _is_another_method(case):
        return
    problem = json.loads(response.text)
    if problem["code"] in MEANT:
        return
    # What a login holds is in the network's manifest. And next to a missing token schemathesis
    # 4.32 sends an If-Match that breaks its own pattern.
    others = ("/header/If-Match", "/login/", "/fields/")
    faults = [each for each in problem["errors"] if not each["pointer"].startswith(others)]
    codes = {fault["code"] for fault in faults} or {problem["code"]}
    if len(faults) < len(problem["errors"]):
        codes.discard("request.invalid")
    assert codes <= MEANT.keys(), f"Refused for {sorted(codes - MEANT.keys())}: {response.text}"


IDS: dict[str, list[str]] = json.loads(os.environ.get("PARVIS_FUZZ_IDS", "{}"))
"""Ids of things that are there, by their prefix."""
ID = re.compile("([a-z]+)_([0-9a-f]{32})")
TAG = re.compile('(W/)?"[0-9]{1,9}"')


SENT: Counter[tuple[str, ...]] = Counter()
"""How many samples of a fault of a field went out, by operation and by the sample's number."""


@schemathesis.hook
def filter_case(_: Any, case: Any) -> bool:
    """A header that nobody asked for breaks nothing: HTTP lets any come along."""
    return "x-schemathesis-unknown-property" not in (case.headers or {}) and not _is_repeat(case)


def _is_repeat(case: Any) -> bool:
    """Whether this operation had a sample like it, and another operation this one."""
    sample = case.meta.phase.data
    if case.meta.phase.name.value != "coverage" or not _is_sample(sample, case.meta.generation):
        return False
    fault = sample.description.removeprefix(sample.parameter).lstrip(": ->")
    field = (str(sample.parameter_location), sample.parameter, fault)
    here = (case.operation.label, *field)
    SENT[here] += 1
    anywhere = (*field, str(SENT[here]))
    SENT[anywhere] += 1
    return SENT[here] > 1 and SENT[anywhere] > 1


def _is_sample(sample: Any, generation: Any) -> bool:
    """Whether there are more like it: faults of a field, and lists of one word."""
    if sample.parameter is None:
        return False
    is_word: bool = sample.description == "Single-item array: Enum value"
    return is_word or not generation.mode.is_positive


@schemathesis.hook
def before_call(_: Any, case: Any, **__: Any) -> None:
    """Leads to things that are there, and deletes none of them, least of all its own token."""
    headers = case.headers or {}
    for name, value in headers.items():
        if name.lower() == "if-match" and TAG.fullmatch(str(value)):
            headers[name] = "*"
    if case.method.upper() == "DELETE":
        known = {id_ for ids in IDS.values() for id_ in ids}
        for name, value in (case.path_parameters or {}).items():
            if value in known:
                case.path_parameters[name] = str(value)[:-8] + "0" * 8
        return
    case.path_parameters = _real(case.path_parameters)
    case.query = _real(case.query)
    case.body = _real(case.body)


def _real(value: Any) -> Any:
    """The same with ids of things that are there; `id` is one that the client makes."""
    if isinstance(value, list):
        return [_real(each) for each in value]
    if isinstance(value, dict):
        return {name: each if name == "id" else _real(each) for name, each in value.items()}
    found = ID.fullmatch(value) if isinstance(value, str) else None
    known = IDS.get(found[1], []) if found else []
    return known[int(found[2], 16) % len(known)] if found and known else value


def _is_another_method(case: Any) -> bool:
    return bool(case.method.lower() != case.operation.method.lower())


@schemathesis.serializer("application/x-ndjson", "text/csv", "application/offset+octet-stream")
def as_text(_: Any, value: Any) -> bytes:
    """Files are drawn as texts, and travel as they are."""
    return str(value).encode(errors="surrogatepass")
