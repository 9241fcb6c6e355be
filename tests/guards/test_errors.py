"""Every way to fail is documented: a code of its own, a status, a remedy, a line in problems.md."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from api.contract.answers import PROBLEMS
from api.errors import codes, kinds
from api.problems import STATUSES, status_of
from domain.connector.errors import NetworkError
from domain.connector.misfits import MISFITS
from domain.connector.troubles import TROUBLES
from domain.kernel import errors
from domain.kernel.errors import ParvisError
from domain.networks import all_connectors
from domain.posts.delivery_shapes import DriftCode
from tests.guards.sources import FLOORS, ROOT, modules

CODE = re.compile(r"^[a-z_]+(\.[a-z_]+)?$")
SPEAKERS = {"account", "consent", "mail", "meta", "network", "outbound", "provider"}
SPEAKERS |= {"rendition", "work"}
SPEAKERS |= all_connectors().keys()
EVENTS = ROOT / "domain" / "events" / "kinds.py"
"""What it declares are kinds of events; codes look like them."""
TELLING = {"record", "record_change", "_tell", "_record", "span", "set_attribute", "Fault"}
JUDGES = (
    "connector/fit.py",
    "connector/fit_media.py",
    "connector/polls.py",
    "connector/settings.py",
    "posts/content.py",
    "posts/rights.py",
)
PARTIES = {"developer", "user", "operator"}
MANY = {409, 422}
"""Statuses with too many codes to name: each operation tells its own."""
OF_PAGES = {
    *("code.refused", "consent.link_invalid", "form.refused", "invitation.other_address"),
    *("link.invalid", "passkey.refused", "provider.refused", "sign_in.refused"),
}
OF_THE_GRAPH = {code.code for code in codes() if code.code.startswith("query.")}
OF_NO_OPERATION = {"head.malformed", "head.too_large", "method.not_allowed", "route.unknown"}
"""What is refused before it is known which operation is meant."""


def unclear(kinds: Iterable[type[ParvisError]]) -> list[str]:
    """Errors that a caller could not act on."""
    return [
        kind.__name__
        for kind in kinds
        if not CODE.match(kind.code)
        or kind.acting_party not in PARTIES
        or (kind is not ParvisError and ParvisError.title == kind.title)
        or (kind is not ParvisError and ParvisError.remedy == kind.remedy)
        or not kind.remedy.endswith((".", "`"))
    ]


def troubles_in(paths: Iterable[Path]) -> set[str]:
    """Codes given to errors of networks, and kept as constants beside them."""
    return {code for path in paths for code in _troubles(ast.parse(path.read_text()))}


def misfits_in(path: Path) -> set[str]:
    """Codes of the reasons against a post."""
    return {
        str(call.args[1].value)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Misfit"
        and isinstance(call.args[1], ast.Constant)
    }


def kinds_in(paths: Iterable[Path]) -> dict[str, set[str]]:
    """The names of the errors of networks that are given each code where they are made."""
    names = {kind.__name__ for kind in every_kind(NetworkError)}
    found: dict[str, set[str]] = {}
    for call in (each for path in paths for each in ast.walk(ast.parse(path.read_text()))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in names:
            for given in call.keywords:
                if given.arg == "code" and isinstance(given.value, ast.Constant):
                    found.setdefault(str(given.value.value), set()).add(ast.unparse(call.func))
    return found


def every_kind(root: type[NetworkError]) -> Iterator[type[NetworkError]]:
    yield root
    for kind in root.__subclasses__():
        yield from every_kind(kind)


def test_every_error_says_what_to_do() -> None:
    assert unclear(kinds(ParvisError)) == []


def test_an_error_that_says_nothing_is_caught() -> None:
    # No subclasses: those would join the tree that other tests read.
    silent = type("Silent", (), {**vars(ParvisError), "code": "Not A Code"})
    echo = type("Echo", (), {**vars(ParvisError), "code": "echo", "title": "Said"})

    assert unclear([silent, echo]) == ["Silent", "Echo"]


def test_every_code_is_used_by_one_error_alone() -> None:
    found = [kind.code for kind in kinds(ParvisError)]

    assert len(found) == len(set(found))


def test_every_family_has_a_status_and_stands_in_the_drawing() -> None:
    families = set(ParvisError.__subclasses__())

    assert families <= STATUSES.keys()
    assert {each.__name__ for each in families if each.__name__ not in (errors.__doc__ or "")} == (
        set()
    )
    assert all(int(status_of(kind())) >= 400 for kind in families if kind is not errors.Forbidden)


def test_every_code_stands_in_the_tree_of_the_kernel() -> None:
    assert {kind.__module__ for kind in kinds(ParvisError)} == {"domain.kernel.errors"}


def test_contract_names_every_code_of_a_status_that_has_few() -> None:
    elsewhere = OF_PAGES | OF_THE_GRAPH | OF_NO_OPERATION
    meant = [each for each in codes() if each.status not in MANY and each.code not in elsewhere]

    assert len(meant) > 20
    named = {status: text for status, (_, text) in PROBLEMS.items()}
    assert [each.code for each in meant if f"`{each.code}`" not in named[each.status]] == []


def test_every_trouble_with_networks_has_its_meaning() -> None:
    paths = [path for path in modules(*FLOORS) if path.name != "troubles.py" and path != EVENTS]
    found = troubles_in(paths) | {vars(kind)["code"] for kind in every_kind(NetworkError)}

    assert found - {kind.code for kind in kinds(ParvisError)} <= TROUBLES.keys()
    assert TROUBLES.keys() <= found


def test_every_trouble_says_who_must_act_as_what_raises_it_does() -> None:
    raised = kinds_in(path for path in modules(*FLOORS) if path.name != "troubles.py")
    own = [kind for kind in every_kind(NetworkError) if "code" in vars(kind)]
    raised |= {kind.code: {each.__name__ for each in kind.__mro__} for kind in own}

    assert {"outbound.address_refused", "mail.refused"} <= raised.keys()
    assert {
        code: names for code, names in raised.items() if TROUBLES[code].kind.__name__ not in names
    } == {}


def test_every_trouble_and_misfit_says_what_to_do() -> None:
    titles = [each.title for each in TROUBLES.values()] + [each.title for each in MISFITS.values()]
    remedies = {each.remedy for each in TROUBLES.values()}
    remedies |= {each.remedy for each in MISFITS.values()}

    assert [each for each in titles if each.endswith(".")] == []
    assert [each for each in remedies if not each.endswith(".")] == []
    assert TROUBLES.keys() & MISFITS.keys() == set()


def test_every_misfit_has_its_meaning() -> None:
    found = [misfits_in(ROOT / "domain" / place) for place in JUDGES]

    assert set().union(*found) == set(MISFITS)


def test_every_code_stands_in_the_catalogue() -> None:
    told = (ROOT / "openapi" / "problems.md").read_text()
    codes = [*(kind.code for kind in kinds(ParvisError)), *TROUBLES, *MISFITS, *DriftCode]

    assert [code for code in codes if f"`{code}` |" not in told] == []


def test_codes_are_found_where_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "found.py"
    path.write_text(
        'LOCKED = "account.login_refused"\n'
        "def act():\n"
        '    raise Refused("No.", code="network.no_feed")\n'
        '    code = "outbound.late" if late else "outbound.lost"\n'
        '    yield Misfit("/parts", "text.odd", "Odd.")\n'
        '    record(session, caller, "post.published")\n'
    )

    assert troubles_in([path]) == {
        "account.login_refused",
        "network.no_feed",
        "outbound.late",
        "outbound.lost",
    }
    assert misfits_in(path) == {"text.odd"}
    assert kinds_in([path]) == {"network.no_feed": {"Refused"}}


def _troubles(tree: ast.Module) -> Iterator[str]:
    """Dotted words of those who have troubles; what is told to the log of events is none."""
    told = {id(each) for call in ast.walk(tree) if _is_told(call) for each in ast.walk(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            floor, _, rest = node.value.partition(".")
            if rest and CODE.match(node.value) and floor in SPEAKERS:
                yield node.value


def _is_told(node: ast.AST) -> bool:
    """Whether a call records an event, writes a log line or opens a span."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    return called in TELLING or ast.unparse(node.func).startswith("log.")
