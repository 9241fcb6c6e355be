import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.connector.errors import Unavailable
from domain.connector.http import Call
from tests.workers.loopback import Detour
from workers.http import OutwardHttp

NAME = "public.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for NAME that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def asked(certificate: Path, url: str) -> tuple[list[str | None], list[str], int]:
    """Calls `url` twice; gives the names asked for in TLS, the Host headers, the status."""
    names: list[str | None] = []
    hosts: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def note(_: object, name: str | None, __: object) -> None:
        names.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                hosts.extend(line for line in head.splitlines() if line.lower().startswith("host"))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def ask(_host: str, _port: int) -> Sequence[str]:
        return ["93.184.216.34"]

    context.sni_callback = note
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        async with OutwardHttp(
            allow=[],
            timeout_s=2,
            max_bytes=10,
            user_agent="Parvis/test",
            ask=ask,
            opener=Detour(server.sockets[0].getsockname()[1]),
            trust=ssl.create_default_context(cafile=certificate),
        ) as http:
            call = Call("GET", url, headers={"authorization": "Bearer x"})
            replies = [await http(call), await http(call)]
    finally:
        server.close()
    return names, hosts, replies[-1].status


async def test_the_name_is_asked_for_and_checked_though_the_address_is_called(
    certificate: Path,
) -> None:
    names, hosts, status = await asked(certificate, f"https://{NAME}/")

    assert names == [NAME]
    assert [host.partition(": ")[2] for host in hosts] == [NAME, NAME]
    assert status == 200


async def test_a_certificate_of_another_name_is_no_answer(certificate: Path) -> None:
    with pytest.raises(Unavailable) as failure:
        await asked(certificate, "https://other.example/")

    assert failure.value.code == "outbound.unreachable"
    assert "CERTIFICATE_VERIFY_FAILED" in failure.value.said
