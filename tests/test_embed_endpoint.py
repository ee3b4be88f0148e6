"""Vectors from an endpoint: brought to the built-in model's scale, refused in plain words, and never silently replaced."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach.embed import EndpointEmbedder, MiniLM, chosen
from coach.embed.endpoint import PAIRS
from coach.errors import EmbeddingError, SettingsError
from coach.pipeline import Coach
from coach.settings import EmbedSettings, Settings
from tests import models

MINILM = MiniLM()
NOTE = """# Tidal kiosks

The tidal kiosk is the desk where harbour crews hand over a shift between two tides.
Every handover at the tidal kiosk of the harbour crew takes eleven minutes in winter.
The harbour crew at the tidal kiosk writes three lines about the handover before the tide turns.
"""


def serve(connection: socket.socket, body: dict[str, Any], number: int, offset: float = 0.0) -> None:
    """Answers as an embeddings endpoint, with MiniLM's vectors shifted so that all cosines lie higher; out of order."""
    vectors = MINILM.embed(body["input"])
    moved = np.concatenate([vectors, np.full((len(vectors), 1), offset, np.float32)], axis=1)
    data = [{"index": i, "embedding": (3 * row).tolist()} for i, row in enumerate(moved)]
    models.status(connection, 200, json.dumps({"data": data[::-1], "model": body["model"]}))


def shifted(connection: socket.socket, body: dict[str, Any], number: int) -> None:
    serve(connection, body, number, offset=1.5)


def settings(url: str, **values: Any) -> EmbedSettings:
    return EmbedSettings(**{"base_url": url, "model": "m", "timeout": 5} | values)


def test_vectors_come_in_the_order_of_the_texts_and_with_length_one(tmp_path: Path) -> None:
    texts = [text for pair in PAIRS for text in pair] + ["", "😀", "lone surrogate \ud800"]
    with models.scripted(serve) as (url, bodies):
        found = EndpointEmbedder(settings(url, batch=4, concurrency=3, api_key="sk-1"), tmp_path).embed(texts)
    plain = MINILM.embed([text or "-" for text in texts])
    assert found.shape == (len(texts), 385)
    assert found.dtype == np.float32
    assert np.allclose(found[:, :384], plain, atol=1e-5)
    assert len(bodies) == -(-len(texts) // 4)
    assert all("Bearer sk-1" in body["_head"] for body in bodies)


def test_cosines_of_another_model_are_brought_to_the_scale_that_the_thresholds_were_measured_on(tmp_path: Path) -> None:
    with models.scripted(shifted) as (url, bodies):
        embedder = EndpointEmbedder(settings(url), tmp_path)
        raw = np.array([0.70, 0.80, 0.90, 1.0])
        scaled = embedder.scale(raw)
        asked = len(bodies)
        again = EndpointEmbedder(settings(url), tmp_path).scale(raw)
    assert scaled[0] < 0.1
    assert scaled[-1] == 1
    assert np.all(np.diff(scaled) > 0)
    assert np.allclose(scaled, again)
    assert len(bodies) == asked  # what was measured is remembered


def test_what_is_covered_is_judged_alike_with_another_models_vectors(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "kiosk.md").write_text(NOTE)
    topics = ("the tidal kiosk", "handover of a shift at the harbour", "sourdough bread", "tax law of Byzantium")

    def verdicts(**values: Any) -> list[str]:
        coach = Coach(Settings(knowledge=(folder,), data_dir=tmp_path / "data", **values))
        return [coach._retriever.evidence(topic).coverage for topic in topics]

    builtin = verdicts()
    with models.scripted(shifted) as (url, _):
        assert verdicts(embed=settings(url)) == builtin
    assert "covered" in builtin
    assert "not covered" in builtin


def test_a_model_that_tells_nothing_apart_is_refused(tmp_path: Path) -> None:
    def noise(connection: socket.socket, body: dict[str, Any], number: int) -> None:
        rows = np.random.default_rng(7).normal(size=(len(body["input"]), 64))
        data = [{"index": i, "embedding": row.tolist()} for i, row in enumerate(rows)]
        models.status(connection, 200, json.dumps({"data": data}))

    with models.scripted(noise) as (url, _), pytest.raises(EmbeddingError, match="made for embeddings"):
        _ = EndpointEmbedder(settings(url), tmp_path).dimension


def test_a_real_server_is_asked_and_its_chat_model_is_refused_for_embeddings(tmp_path: Path) -> None:
    with models.llama(2048, embedding=True) as url:
        embedder = EndpointEmbedder(settings(url, timeout=60), tmp_path)
        found = embedder.embed(["one text", "another text"])
        with pytest.raises(EmbeddingError, match="does not tell related sentences from unrelated ones"):
            embedder.scale(np.array([0.5]))
    assert found.shape == (2, 576)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def answering(code: int, body: str = "{}", head: str = "") -> Callable[[socket.socket, dict[str, Any], int], None]:
    return lambda connection, _, __: models.status(connection, code, body, head)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (answering(401), "COACH_EMBED_API_KEY"),
        (answering(404), "COACH_EMBED_MODEL"),
        (answering(413), "COACH_EMBED_BATCH"),
        (answering(429, head="Retry-After: 60\r\n"), "no more requests"),
        (answering(200, "<html>hello</html>"), "not as an embeddings endpoint"),
        (answering(200, '{"data": []}'), "not as an embeddings endpoint"),
        (answering(200, '{"data": [{"index": 0, "embedding": [0, 0]}]}'), "not as an embeddings endpoint"),
        (lambda connection, _, __: connection.close(), "connection broke off"),
    ],
)
def test_a_refusal_says_what_to_do(
    tmp_path: Path, script: Callable[[socket.socket, dict[str, Any], int], None], message: str
) -> None:
    with models.scripted(script) as (url, _), pytest.raises(EmbeddingError, match=message) as raised:
        EndpointEmbedder(settings(url, api_key="sk-secret"), tmp_path).embed(["one"])
    assert "sk-secret" not in str(raised.value)


def test_a_server_that_recovers_is_asked_again(tmp_path: Path) -> None:
    def script(connection: socket.socket, body: dict[str, Any], number: int) -> None:
        models.status(connection, 503) if number == 0 else serve(connection, body, number)

    with models.scripted(script) as (url, bodies):
        assert EndpointEmbedder(settings(url), tmp_path).embed(["one"]).shape == (1, 385)
    assert len(bodies) == 2


def test_nobody_listening_is_said_with_the_way_back_to_the_built_in_embedding(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"nothing answers there.*unset COACH_EMBED_BASE_URL"):
        EndpointEmbedder(settings("http://127.0.0.1:9/v1"), tmp_path).embed(["one"])


def test_half_a_setting_is_an_error_and_none_means_the_built_in_embedder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(chosen(Settings(data_dir=tmp_path)), MiniLM)
    monkeypatch.setenv("COACH_EMBED_BASE_URL", "http://localhost:1/v1")
    with pytest.raises(SettingsError, match="COACH_EMBED_MODEL is not"):
        Settings()
    monkeypatch.setenv("COACH_EMBED_MODEL", "nomic")
    assert isinstance(chosen(Settings(data_dir=tmp_path)), EndpointEmbedder)
