"""What the fuzzer cannot read from a contract, for schemathesis (`SCHEMATHESIS_HOOKS`).

`positive_data_acceptance` wants every request that fits the schema to succeed. Some are refused
for what they mean: a cursor that no list gave, a time zone that does not exist, a version that
somebody else was quicker to change. In its place `refused_for_its_meaning_alone` lets exactly
those codes pass, each with its reason.
"""

import json
from typing import Any

import schemathesis

MEANT = {
    "cursor.invalid": "a cursor is what a list gave",
    "time_zone.unknown": "zones come and go with the tz database",
    "network.unknown": "networks are folders of the installation",
    "version.stale": "somebody was quicker",
    "version.missing": "the header's absence has a status of its own",
    "window.invalid": "a window ends after it begins",
    "window.reversed": "as above",
    "window.too_long": "and is not endless",
    "text.unstorable": "U+0000 is no text",
    "string_too_short": "text is trimmed before it is measured",
    "media.unsupported": "a file is what its bytes say",
    "time.past": "a plan is for later",
    "time.missing": "a post without a time cannot be planned",
    "return_url.origin_unknown": "people are sent to known origins alone",
    "redirect_uri.unfit": "where people may be sent has rules that no pattern tells",
    "redirect_uri.missing": "and codes need such an address",
    "origin.unfit": "as have the origins of browsers",
    "address.unfit": "and ranges of addresses",
    "grant_type.unfit": "not every application may come by tokens in every way",
    "post.without_target": "nor one without an account",
    "url_parsing": "hosts have rules that no pattern tells",
    "role.unfit": "a custom role and its id go together",
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
    # Next to a missing token schemathesis 4.32 sends an If-Match that breaks its own pattern.
    # What a login holds is each network's to say: its manifest lists it, no schema can.
    faults = [
        fault
        for fault in problem["errors"]
        if fault["pointer"] != "/header/if-match"
        and not fault["pointer"].startswith(("/login/", "/fields/"))
    ]
    codes = {fault["code"] for fault in faults} or {problem["code"]}
    if len(faults) < len(problem["errors"]):
        codes.discard("request.invalid")
    assert codes <= MEANT.keys(), f"Refused for {sorted(codes - MEANT.keys())}: {response.text}"


def _is_another_method(case: Any) -> bool:
    return bool(case.method.lower() != case.operation.method.lower())
