"""Shared fixtures. No test reaches anything but this machine: other sockets are refused."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coach.models import Artefact
from coach.pipeline import Coach
from coach.settings import Settings

for name in [name for name in os.environ if name.startswith("COACH_") and name != "COACH_TEST_BROWSER"]:
    del os.environ[name]


def _local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket in the file system
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in ("localhost", "")


@pytest.fixture(autouse=True, scope="session")
def _offline() -> Iterator[None]:
    """Refuses connections to other machines."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not _local(address):
            raise RuntimeError(f"a test tried to reach {address}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One index of the curated collection for all tests that only read it."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def coach(data_dir: Path) -> Coach:
    """A coach on the curated collection."""
    return Coach(Settings(data_dir=data_dir))


def texts(artefact: Artefact) -> list[str]:
    """Every text a reader of the artefact sees."""
    found = [artefact.title, *(item.text for item in artefact.header)]
    found += [notice.text for notice in artefact.notices] + list(artefact.gaps)
    return found + [text for section in artefact.sections for text in section.all_texts() if text]
