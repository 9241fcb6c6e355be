"""Secrets at rest: sealed with AES-256-GCM if read again, fingerprinted if compared."""

import hashlib
import hmac
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
FORMAT = b"\x01"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
SHORTEST = 3 + NONCE_BYTES + TAG_BYTES
"""Format, length and one letter of the key's id, nonce, an empty secret's tag."""


class SealBroken(Exception):
    """The sealed value is not ours, was moved to another row, or its key is gone."""


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """Keys by id, newest first: the first seals, all open. Read again when its `file` changes."""

    keys: dict[str, bytes]
    file: Path | None = None

    @classmethod
    def parse(cls, text: str, *, file: Path | None = None) -> Self:
        """Reads `id:base64,id:base64`. Raises `ValueError` without showing a key."""
        return cls(_read(text), file)

    def refresh(self) -> bool:
        """Whether the file holds another ring by now, which is taken on.

        Raises `ValueError` and `OSError`, and keeps the ring, when the file cannot be read.
        """
        found = self.keys if self.file is None else _read(self.file.read_text())
        if list(found.items()) == list(self.keys.items()):
            return False
        self.keys.clear()
        self.keys.update(found)
        return True

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))

    def seal(self, secret: bytes, *, place: str) -> bytes:
        """`place` names table, column and row; the value opens nowhere else."""
        name, key = next(iter(self.keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, secret, place.encode())
        return mark_of(name) + nonce + sealed

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """Raises `SealBroken`."""
        if sealed[:1] != FORMAT or len(sealed) < SHORTEST:
            raise SealBroken("This is not a sealed value.")
        end, name = 2 + sealed[1], key_id_of(sealed)
        if name not in self.keys:
            with suppress(ValueError, OSError):
                self.refresh()
        key = self.keys.get(name)
        if key is None:
            raise SealBroken("The key that sealed this is not on the ring.")
        nonce, body = sealed[end : end + NONCE_BYTES], sealed[end + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, body, place.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("The sealed value does not belong here.") from None

    def marks(self) -> tuple[str, ...]:
        """`id:mark` of each key, newest first: tells keys of one id apart, opens nothing."""
        found = zip(self.keys, self.digests("backup", ""), strict=True)
        return tuple(f"{name}:{digest.hex()[:16]}" for name, digest in found)

    def digest(self, purpose: str, text: str) -> bytes:
        """What tells texts apart without showing them, nor letting them be guessed."""
        return next(self.digests(purpose, text))

    def lasting_digest(self, purpose: str, text: str) -> bytes:
        """As `digest`, but under the oldest key: counts go on while keys are rotated."""
        *_, digest = self.digests(purpose, text)
        return digest

    def digests(self, purpose: str, text: str) -> Iterator[bytes]:
        """The digest under each key, newest first: what an earlier key made is known too."""
        for key in self.keys.values():
            yield hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)


def place_of(table: str, column: str, *key: object) -> str:
    """Where a sealed column's value rests: `key` is the row's primary key, in its order.

    `rotate-keys` finds the place of every sealed column by this form.
    """
    return f"{table}.{column}/" + "/".join(map(str, key))


def mark_of(key_id: str) -> bytes:
    """What every value sealed by that key begins with."""
    return FORMAT + bytes([len(key_id.encode())]) + key_id.encode()


def key_id_of(sealed: bytes) -> str:
    """The id of the key that sealed a value."""
    return sealed[2 : 2 + sealed[1]].decode(errors="replace")


def _read(text: str) -> dict[str, bytes]:
    keys = {}
    for part in text.split(","):
        name, _, encoded = part.strip().partition(":")
        key = _decoded(encoded)
        if not NAME.fullmatch(name) or len(key) != KEY_BYTES:
            raise ValueError(f"Each sealing key is an id, a colon and {KEY_BYTES} bytes, base64.")
        if name in keys:
            raise ValueError("A sealing key's id stands twice.")
        keys[name] = key
    return keys


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        return b""


def fingerprint(secret: str) -> bytes:
    """For random secrets of 128 bits and more only; people's passwords need a slow hash."""
    return hashlib.sha256(secret.encode()).digest()
