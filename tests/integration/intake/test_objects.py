"""Object stores by reference: listed and read, never copied, and only where the server may go."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore, S3Store
from tests.unit.jobs.intake.making import encoded, picture

from assay.jobs.intake import Accepted, DecodePool, HostNotAllowedError, Limits, Refusal, intake, open_prefix
from assay.jobs.intake.errors import SourceNotFoundError, StoreUnavailableError
from assay.jobs.intake.objects import ObjectSource, public_address

PNG = encoded(picture(), "PNG")
KEYS = {"access_key_id": "test", "secret_access_key": "test", "region": "us-east-1"}


def in_memory(*names: str, limits: Limits | None = None) -> ObjectSource:
    store = MemoryStore()
    for name in names:
        obstore.put(store, name, PNG)
    return ObjectSource(store, "memory:///set", limits or Limits(), is_sorted=False)


def test_objects_come_sorted_with_their_address_and_without_hidden_ones(pool: DecodePool) -> None:
    source = in_memory("b/2.png", "a.png", ".hidden/x.png", "b/1 0.png", "labels/a.txt")
    obstore.put(source._store, "labels/a.txt", b"0 .5 .5 1 1")
    outcomes = list(intake(source, pool))
    assert [(o.name, o.ref if isinstance(o, Accepted) else o.code) for o in outcomes] == [
        ("a.png", "memory:///set/a.png"),
        ("b/1 0.png", "memory:///set/b/1%200.png"),
        ("b/2.png", "memory:///set/b/2.png"),
        ("labels/a.txt", "intake.other_file"),
    ]
    assert source.n_hidden == 1


def test_names_in_a_store_are_hostile_input_too(pool: DecodePool) -> None:
    outcomes = list(intake(in_memory("%2e%2e/%2e%2e/a.png", "~/a.png", "ok.png", "x" * 300 + ".png"), pool))
    assert {o.code if isinstance(o, Refusal) else o.name for o in outcomes} == {"intake.bad_name", "ok.png"}


def test_an_object_too_large_is_refused_before_it_is_read() -> None:
    limits = Limits(max_file_bytes=50)
    with DecodePool(limits, 1) as small:
        (outcome,) = intake(in_memory("a.png", limits=limits), small)
    assert isinstance(outcome, Refusal)
    assert outcome.code == "intake.file_too_large"


def test_a_folder_by_address_is_read_by_the_rules_of_folders(pool: DecodePool, tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    (root / "a b.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    (root / "out.png").symlink_to("../secret.png")
    with open_prefix(f"file://{root}", Limits()) as source:
        found = {o.name: o.ref if isinstance(o, Accepted) else o.code for o in intake(source, pool)}
    assert found == {"a b.png": f"file://{root}/a%20b.png", "out.png": "intake.unsafe_link"}


@pytest.mark.parametrize(
    ("url", "options", "host"),
    [
        ("s3://bucket/x", {}, "s3.amazonaws.com"),
        ("s3://bucket/x", {"endpoint": "http://169.254.169.254"}, "169.254.169.254"),
        ("s3://bucket/x", {"config": {"aws_endpoint_url": "http://user:pw@10.0.0.1:9000/"}}, "10.0.0.1:9000"),
        ("gs://bucket/x", {}, "storage.googleapis.com"),
        ("gs://bucket/x", {"base_url": "http://127.0.0.1:9"}, "127.0.0.1:9"),
        ("az://account/box/x", {}, "blob.core.windows.net"),
        ("https://example.test/x", {}, "example.test"),
    ],
)
def test_no_host_is_spoken_to_unless_it_is_allowed(
    monkeypatch: pytest.MonkeyPatch, url: str, options: dict[str, object], host: str
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a socket was opened"))
    asked = []
    with pytest.raises(HostNotAllowedError):
        open_prefix(url, Limits(), options=options, check_host=lambda h: bool(asked.append(h)))
    assert asked == [host]
    with pytest.raises(HostNotAllowedError):
        open_prefix(url, Limits(), options=options)


def test_an_endpoint_of_the_environment_is_asked_about_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://metadata.test")
    with pytest.raises(HostNotAllowedError, match=r"metadata\.test"):
        open_prefix("s3://bucket/x", Limits(), check_host=lambda host: host.endswith("amazonaws.com"))


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.test/x", "s3:"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SourceNotFoundError):
        open_prefix(url, Limits(), check_host=lambda _: True)


def test_an_address_is_shown_without_its_secrets() -> None:
    assert public_address("https://user:pass@example.test:444/a/b?sig=secret#x") == "https://example.test:444/a/b"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # takes seconds to load, and only this one test needs it

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.slow
def test_a_bucket_is_read_through_its_own_protocol(pool: DecodePool, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    options = {**KEYS, "endpoint": s3, "client_options": {"allow_http": True}}
    urllib.request.urlopen(urllib.request.Request(f"{s3}/box", method="PUT")).close()  # noqa: S310 - our own server
    store = S3Store("box", **options)
    for i in range(12):
        obstore.put(store, f"set/{i:02d}.png", PNG)
    obstore.put(store, "other/z.png", PNG)
    source = open_prefix(
        "s3://box/set", Limits(), options=options, check_host=lambda host: host == s3[len("http://") :]
    )
    outcomes = list(intake(source, pool))
    assert [o.name for o in outcomes] == [f"{i:02d}.png" for i in range(12)]
    assert all(isinstance(o, Accepted) and o.ref == f"s3://box/set/{o.name}" for o in outcomes)
    gone = open_prefix("s3://nobox/set", Limits(), options=options, check_host=lambda _: True)
    with pytest.raises((SourceNotFoundError, StoreUnavailableError)) as caught:
        list(intake(gone, pool))
    assert "NoSuchBucket" not in str(caught.value)
