"""The key ring, the first token and owner, kept in the data folder for its owner alone."""

import base64
import os
import secrets
from pathlib import Path


def keep(path: Path, secret: str) -> None:
    """Write a secret whole or not at all, readable by its owner alone."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def sealing_keys(data_dir: Path) -> str:
    """The key ring of this data folder, made at its first use."""
    path = sealing_keys_path(data_dir)
    if not path.exists():
        keep(path, "k1:" + base64.b64encode(secrets.token_bytes(32)).decode())
    return path.read_text().strip()


def sealing_keys_path(data_dir: Path) -> Path:
    return data_dir / "sealing.keys"


def first_token_path(data_dir: Path) -> Path:
    return data_dir / "token"


def owner_path(data_dir: Path) -> Path:
    """Holds the id of the first owner."""
    return data_dir / "owner"


def sign_in_path(data_dir: Path) -> Path:
    """Holds the secret of a sign-in link from `up` to the api, which takes it away."""
    return data_dir / "sign-in"
