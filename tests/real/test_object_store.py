"""Media in somebody else's object store: sent, read, published from, sent directly, removed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.api.uploads.sending import BYTES
from tests.domain.media.files import box, picture, track, video
from tests.house import open_house
from tests.real.object_store_rig import BUCKET, ObjectStore, object_store
from tests.stack import Stack, running_stack, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

SECRET = "a-secret-of-the-store"
PHOTO = picture("JPEG", (400, 300))
FILM = video(track(1280, 720)) + box(b"mdat", bytes(range(256)) * 80_000)


@dataclass(frozen=True)
class Rig:
    stack: Stack
    store: ObjectStore
    client: httpx2.Client

    def added(self) -> Any:
        answer = self.client.post("/v1/media", files={"file": ("a.jpg", PHOTO, "image/jpeg")})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def prepared(self, content: bytes, announced: int | None = None) -> Any:
        """A direct upload whose file was sent by the URL."""
        body = {"file_name": "film.mp4", "size_bytes": announced or len(content)}
        made = self.client.post("/v1/uploads/prepare", json=body)
        assert made.status_code == 201, made.text
        found = made.json()
        headers = {each["name"]: each["value"] for each in found["header_fields"]}
        sent = httpx2.request(found["method"], found["url"], content=content, headers=headers)
        assert sent.status_code == 200, sent.text
        return found

    def completed(self, id_: str) -> Any:
        """What came of it once a worker has looked."""
        asked = self.client.post(f"/v1/uploads/{id_}/complete")
        assert (asked.status_code, asked.json()["state"]) == (202, "checking")

        def looked() -> Any:
            found = self.client.get(f"/v1/uploads/{id_}").json()
            return found if found["state"] != "checking" else None

        return until(looked, "the worker looks at the upload")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with (
        object_store(tmp_path_factory.mktemp("moto")) as store,
        running_stack(
            tmp_path_factory.mktemp("stack"),
            MEDIA_URL=f"s3://{BUCKET}/parvis",
            MEDIA_ENDPOINT=store.url,
            MEDIA_ACCESS_KEY="AKIDPARVIS",
            MEDIA_SECRET_KEY=SECRET,
        ) as stack,
    ):
        yield Rig(stack, store, stack.client())


def kept(content: bytes) -> str:
    """How a key of content ends."""
    sha256 = hashlib.sha256(content).hexdigest()
    return f"{sha256[:2]}/{sha256}"


def test_file_is_kept_in_the_bucket_and_read_from_there(rig: Rig) -> None:
    medium = rig.added()

    answer = rig.client.get(medium["content_url"])
    place = answer.headers["location"]
    whole = httpx2.get(place)
    part = httpx2.get(place, headers={"Range": "bytes=2-5"})

    assert (answer.status_code, answer.headers["cache-control"]) == (307, "private, max-age=240")
    assert place.startswith(f"{rig.store.url}/shelf/parvis/kept/")
    assert (whole.status_code, whole.content) == (200, PHOTO)
    assert whole.headers["content-type"] == "image/jpeg"
    assert (part.status_code, part.content) == (206, PHOTO[2:6])
    assert [key for key in rig.store.objects() if key.endswith(kept(PHOTO))] != []

    gone = rig.client.delete(f"/v1/media/{medium['id']}")
    assert gone.status_code == 204
    assert [key for key in rig.store.objects() if key.endswith(kept(PHOTO))] == []


def test_file_that_came_in_pieces_is_put_into_the_bucket(rig: Rig) -> None:
    sent = {**BYTES, "Upload-Length": str(len(FILM))}
    begun = rig.client.post("/v1/uploads", content=FILM[:1000], headers=sent)
    last = rig.client.patch(
        begun.headers["location"], content=FILM[1000:], headers={**BYTES, "Upload-Offset": "1000"}
    )

    assert last.status_code == 204, last.text
    medium = rig.client.get(f"/v1/media/{last.headers['parvis-media-id']}").json()
    assert medium["sha256"] == hashlib.sha256(FILM).hexdigest()
    assert httpx2.get(rig.client.get(medium["content_url"]).headers["location"]).content == FILM
    assert [key for key in rig.store.objects() if key.endswith(kept(FILM))] != []
    folder = rig.stack.folder / "data" / "media"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_file_that_was_sent_directly_is_looked_at_and_kept(rig: Rig) -> None:
    film = FILM + box(b"free", b"direct")
    prepared = rig.prepared(film)

    found = rig.completed(prepared["id"])

    assert found["state"] == "complete"
    medium = rig.client.get(f"/v1/media/{found['media_id']}").json()
    assert (medium["content_type"], medium["width"]) == ("video/mp4", 1280)
    assert medium["sha256"] == hashlib.sha256(film).hexdigest()
    assert [key for key in rig.store.objects() if key.startswith("incoming/")] == []


def test_file_that_is_not_what_was_said_is_not_believed(rig: Rig) -> None:
    light, page = rig.prepared(PHOTO[:-1], len(PHOTO)), rig.prepared(b"<html></html>")

    assert rig.completed(light["id"])["problem_code"] == "upload.incomplete"
    assert rig.completed(page["id"])["problem_code"] == "media.unsupported"
    httpx2.put(light["url"], content=PHOTO, headers={"Content-Type": "application/octet-stream"})
    assert rig.completed(light["id"])["state"] == "complete"


def test_post_goes_out_with_a_picture_from_the_bucket(rig: Rig) -> None:
    house = open_house(rig.stack, handle="lac")

    id_ = house.publish("Un bateau.", media_ids=[rig.added()["id"]])

    house.settled(id_)
    [post] = house.state()["posts"]
    assert len(post["media"]) == 1


def test_secret_of_the_store_stands_in_no_log(rig: Rig) -> None:
    for name in ("api", "workers"):
        assert SECRET not in rig.stack.logs(name)
