"""Every job is registered, every word that work is called by has a handler, nothing lies idle."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from domain.kernel.database import Database
from tests.guards.sources import modules
from workers.main import CRON, HANDLERS, JOBS

WORD = re.compile(r"SELECT '(\w+)', ")


def jobs_in(paths: Iterable[Path]) -> set[str]:
    """Coroutine functions that Arq would call: their first parameter is its `ctx`."""
    return {each.name for each in _coroutines(paths) if _parameters(each)[:1] == ["ctx"]}


def handlers_in(paths: Iterable[Path]) -> set[str]:
    """Coroutine functions that take what is due in a workspace."""
    asked = [["context", name, "now"] for name in ("workspace_id", "workspace_ids")]
    return {each.name for each in _coroutines(paths) if _parameters(each) in asked}


def nudged_in(paths: Iterable[Path]) -> set[str]:
    """Names of the jobs that are woken."""
    return {
        str(call.args[1].value)
        for path in paths
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "nudge"
        and isinstance(call.args[1], ast.Constant)
    }


def idle_in(paths: Iterable[Path]) -> set[str]:
    """Public coroutine functions of modules that nothing in them names."""
    trees = [ast.parse(path.read_text()) for path in paths]
    named = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {
        node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    found = {each.name for tree in trees for each in _top(tree)}
    return {name for name in found - named if not name.startswith("_")}


def test_every_job_is_registered() -> None:
    registered = {job.__name__ for job in JOBS} | {job.coroutine.__qualname__ for job in CRON}

    assert jobs_in(modules("workers")) == registered


def test_every_handler_of_due_work_is_registered() -> None:
    registered = {getattr(handler, "__name__", "") for handler in HANDLERS.values()}

    assert handlers_in(modules("workers")) == registered


def test_every_job_that_is_woken_exists() -> None:
    nudged = nudged_in(modules("domain", "api", "workers"))

    assert nudged == {job.__name__ for job in JOBS}


def test_no_job_lies_idle() -> None:
    assert idle_in(modules("workers")) == set()


async def test_what_the_database_calls_due_has_a_handler(database: Database) -> None:
    source = await database.reads.fetchval(
        "SELECT prosrc FROM pg_proc WHERE proname = 'parvis_due'"
    )

    assert sorted(WORD.findall(source)) == sorted(HANDLERS)


def test_jobs_handlers_and_idle_functions_are_found(tmp_path: Path) -> None:
    path = tmp_path / "found.py"
    path.write_text(
        "async def trim(ctx): ...\n"
        "async def read_due(context, workspace_id, *, now): ...\n"
        "async def keep_months(context): nudge(session, 'recut', one, two)\n"
        "async def _own(context): ...\n"
        "CRON = (trim, read_due)\n"
    )

    assert jobs_in([path]) == {"trim"}
    assert handlers_in([path]) == {"read_due"}
    assert nudged_in([path]) == {"recut"}
    assert idle_in([path]) == {"keep_months"}


def _coroutines(paths: Iterable[Path]) -> Iterator[ast.AsyncFunctionDef]:
    for path in paths:
        yield from _top(ast.parse(path.read_text()))


def _top(tree: ast.Module) -> Iterator[ast.AsyncFunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.AsyncFunctionDef))


def _parameters(function: ast.AsyncFunctionDef) -> list[str]:
    found = function.args
    several = [found.vararg] if found.vararg else []
    return [each.arg for each in (*found.posonlyargs, *found.args, *several, *found.kwonlyargs)]
