"""Where a server may listen."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.api.services import Settings
from assay.server import UnsafeBindError, check_bind


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_a_server_listens_on_its_own_machine_without_further_ado(host: str) -> None:
    check_bind(Settings(data=Path("/x"), host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "assay.example", ""])  # noqa: S104 - nothing is bound
def test_a_server_listens_beyond_its_machine_only_with_tls_or_a_proxy_that_ends_it(host: str) -> None:
    with pytest.raises(UnsafeBindError):
        check_bind(Settings(data=Path("/x"), host=host))
    check_bind(Settings(data=Path("/x"), host=host, tls_certificate="/c.pem", tls_key="/k.pem"))
    check_bind(Settings(data=Path("/x"), host=host, behind_proxy=True))
