"""A real Chroma server on loopback, and embedders for tests."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import httpx
import numpy as np
import pytest

from coach.embed import MiniLM, Unscaled, Vectors


@cache
def minilm() -> MiniLM:
    """The built-in embedder, loaded once for all tests."""
    return MiniLM()


class Counting(Unscaled):
    """The built-in embedder, remembering every text that it was given."""

    name, dimension = MiniLM.name, MiniLM.dimension

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return minilm().embed(texts)


class Hashed(Unscaled):
    """An embedder that costs nothing: a text's vector depends on its bytes and means nothing."""

    name, dimension = "hashed", 384

    def embed(self, texts: Sequence[str]) -> Vectors:
        made = np.empty((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
            made[row] = np.random.default_rng(seed).standard_normal(self.dimension)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """`chroma run` on loopback, once it answers."""
    chroma = Path(sys.executable).with_name("chroma")
    process = subprocess.Popen(
        [chroma, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        assert process.poll() is None, "the Chroma server ended"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=1).is_success:
                return process
        except httpx.TransportError:
            time.sleep(0.1)
    stop_server(process)
    raise AssertionError("the Chroma server did not answer within 30 seconds")


def stop_server(process: subprocess.Popen[bytes]) -> None:
    """Ends a server by its process id."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Chroma server that runs for the whole session."""
    port = free_port()
    process = start_server(tmp_path_factory.mktemp("server"), port)
    yield f"http://127.0.0.1:{port}"
    stop_server(process)
