"""The sockets a stack listens on, opened before anything slow starts."""

import errno
import socket

from api.cli.trouble import Trouble

PORTS = range(65536)
"""Asked for one beyond them, the machine would quietly take another."""
_OTHER_HOST = "Choose another with --host or HOST."


def open_door(host: str, port: int) -> socket.socket:
    """A listening socket that the api inherits: callers wait while it starts or is restarted."""
    if port not in PORTS:
        raise Trouble(f"{port} is no port.", "Choose one from 1 to 65535 with --port or PORT.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise Trouble(f"{host} is no address of this machine.", _OTHER_HOST) from error
    door = socket.socket(family, kind, protocol)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(address)
    except OSError as error:
        door.close()
        raise _explained(error, host, port) from error
    door.listen(1024)
    return door


def _explained(error: OSError, host: str, port: int) -> Trouble:
    if error.errno == errno.EADDRINUSE:
        free = free_port(host)
        return Trouble(f"Port {port} is in use.", f"Choose another: --port {free}, or PORT={free}.")
    if error.errno == errno.EACCES:
        return Trouble(
            f"Port {port} needs more rights.", "Choose one above 1023 with --port or PORT."
        )
    return Trouble(f"Cannot listen on {host}:{port} ({error.strerror}).", _OTHER_HOST)


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on at this moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def shown_host(host: str) -> str:
    """The host as it stands in a URL that this machine can open."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
