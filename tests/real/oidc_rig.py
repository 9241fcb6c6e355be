"""A certified OpenID provider (npm oidc-provider), where `login_hint` says who one is."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.real import installing
from tests.real.serving import answers, free_port, serving

CLIENT = {"client_id": "parvis", "client_secret": "parvis-secret-of-the-tests"}


@contextlib.contextmanager
def openid_provider(redirect: str, *, auth: str) -> Iterator[str]:
    """Its issuer. `auth` is how its one client sends the secret; it comes back to `redirect`."""
    node, folder = installing.node(), installing.ROOT / "oidc"
    if not (folder / "node_modules" / "oidc-provider").exists():
        installing.npm(folder, "oidc-provider", node=node)
    script = folder / "provider.mjs"
    script.write_text((Path(__file__).parent / "oidc" / "provider.mjs").read_text())
    port = free_port()
    env = installing.with_node(node) | {"PORT": str(port), "REDIRECT": redirect, "AUTH": auth}
    with tempfile.TemporaryDirectory(prefix="oidc-") as data:
        command = [node / "bin" / "node", script]
        log = Path(data) / "provider.log"
        with serving(command, log=log, is_ready=lambda: answers(port), env=env, cwd=folder):
            yield f"http://127.0.0.1:{port}"
