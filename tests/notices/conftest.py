from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tests.notices.outside import certificate


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate and its key."""
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server_tls(pair: tuple[Path, Path]) -> ssl.SSLContext:
    """What a server encrypts with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


@pytest.fixture
def trusting(pair: tuple[Path, Path]) -> ssl.SSLContext:
    """What a client that knows the certificate judges by."""
    return ssl.create_default_context(cafile=str(pair[0]))
