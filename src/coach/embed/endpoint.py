"""Vectors from a model behind an OpenAI-compatible address (`POST …/embeddings`), brought to the scale of the built-in one.

Coach judges by measured cosines whether a topic is covered. Another model's cosines lie elsewhere: unrelated sentences may have 0.7. So
the first use asks it for the sentences of `PAIRS`, whose relation is known, and maps its cosines to those of the built-in model on
the same sentences, piece by piece between unrelated, related and equal. The map is kept with the number of dimensions.
"""

import hashlib
import json
import random
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from coach.embed.embedder import Vectors
from coach.embed.minilm import MiniLM
from coach.errors import EmbeddingError
from coach.models import Frozen
from coach.settings import EmbedSettings

TRIES, FIRST_WAIT, LONGEST_WAIT = 4, 0.5, 20.0
"""How often a batch is sent at most, and seconds before the second try; doubled for each further one. A server that asks for a longer
wait than the longest is not asked again."""
PAIRS: tuple[tuple[str, str], ...] = (
    ("signing in without a password", "A passkey lets the phone unlock an account with a fingerprint."),
    ("calls with a cloned voice", "Criminals imitate the voice of a manager and ask for an urgent transfer."),
    (
        "meetings for people at home and in the office",
        "In a hybrid meeting those on the screen find it harder to speak.",
    ),
    ("giving feedback to somebody senior", "Describe what you saw, what it caused, and what you would like instead."),
    ("checking what an assistant says", "Open the source and look for the sentence behind each claim."),
    ("are older workers less productive", "Meta-analyses find no link worth naming between age and performance."),
    ("keeping a promise until the next session", "Write what you will do, by when, and who will ask about it."),
    ("short films that explain a task", "Record one step at a time, with captions, and let somebody try it."),
    ("loneliness at work", "People who feel left out of their team report that they belong nowhere."),
    ("paying by phone", "At the till a wallet on the phone replaces the card and the cash."),
    ("what a chart does not show", "Look at the axis before you believe the slope of the line."),
    ("leaving a job to care for a parent", "Employees who look after relatives ask for hours that can be moved."),
)
"""Topics, each with a sentence that answers it; with the sentence of any other topic it is unrelated."""
FEWEST_RIGHT = 6
"""Topics of `PAIRS` whose own answer is the closest of all, at least; else a model does not tell what belongs together. Measured: the
built-in model 8 of 12, SmolLM2-135M by mean pooling 2, random vectors of 384 dimensions at most 4 in 1,000 draws."""


class _Known(Frozen):
    """What is remembered of a model: its dimensions, and the points of the map from its cosines to the built-in one's."""

    dimension: int
    mine: tuple[float, ...]
    builtin: tuple[float, ...]


class EndpointEmbedder:
    """An embedder behind an address. Making one asks nothing; the first use asks for the sentences of `PAIRS` once.

    Several threads may use it at once.

    Args:
        settings: Address, model and limits.
        home: Folder in which what is known of the model is kept.
    """

    def __init__(self, settings: EmbedSettings, home: Path) -> None:
        self.settings = settings
        digest = hashlib.sha256(f"{settings.base_url} {settings.model}".encode()).hexdigest()[:8]
        slug = re.sub(r"[^a-z0-9]+", "-", settings.model.lower()).strip("-")[:24]
        self.name = f"{slug or 'model'}-{digest}"
        self._file = home / "embeddings" / f"{self.name}.json"
        self._lock = threading.Lock()
        self._known: _Known | None = None

    @property
    def dimension(self) -> int:
        """Numbers in one vector.

        Raises:
            EmbeddingError: the model cannot be asked, or does not tell related sentences from unrelated ones.
        """
        return self._measured().dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts` in their order, float32 of shape (len(texts), dimension), each of length 1.

        Raises:
            EmbeddingError: the address cannot be reached or answers otherwise than an embeddings endpoint; the message says what to do.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        size = self.settings.batch
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        with (
            httpx.Client(timeout=self.settings.timeout, headers=self._headers()) as client,
            ThreadPoolExecutor(self.settings.concurrency) as pool,
        ):
            found = list(pool.map(lambda batch: self._batch(client, batch), batches))
        vectors = np.concatenate(found)
        if self._known and vectors.shape[1] != self._known.dimension:
            raise EmbeddingError(
                f"{self.address} now gives {vectors.shape[1]} numbers a text instead of {self._known.dimension}: it is another model. "
                f"Name the model exactly in COACH_EMBED_MODEL, delete '{self._file}', and run coach index."
            )
        return vectors

    def scale(self, cosines: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cosines of this model as the built-in one would have them."""
        known = self._measured()
        return np.interp(cosines, known.mine, known.builtin)

    # --- asking ---

    @property
    def address(self) -> str:
        """The address without user name, password or query: what may be shown."""
        url = httpx.URL(self.settings.base_url)
        return f"{url.scheme}://{url.host}{f':{url.port}' if url.port else ''}{url.path.rstrip('/')}"

    def _headers(self) -> dict[str, str]:
        key = self.settings.api_key.get_secret_value()
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _batch(self, client: httpx.Client, texts: Sequence[str]) -> Vectors:
        told = [
            text.encode("utf-8", "replace").decode().strip() or "-" for text in texts
        ]  # some servers refuse empty texts
        body = {"model": self.settings.model, "input": told, "encoding_format": "float"}
        for attempt in range(1, TRIES + 1):
            pause = FIRST_WAIT * 2 ** (attempt - 1) * (1 + random.random())
            try:
                answer = client.post(f"{self.settings.base_url}/embeddings", json=body)
            except httpx.TimeoutException:
                problem = f"{self.address} sent nothing for {self.settings.timeout:g} seconds. Raise COACH_EMBED_TIMEOUT, or try later."
            except httpx.HTTPError as error:
                raise EmbeddingError(
                    f"The embedding model at {self.address} cannot be reached ({_reason(error)}). Start its server or check "
                    "COACH_EMBED_BASE_URL; to use the built-in embedding, unset COACH_EMBED_BASE_URL and COACH_EMBED_MODEL."
                ) from error
            else:
                if answer.status_code == 200:
                    return self._read(answer, len(told))
                problem = self._refused(answer)
                pause = max(pause, _asked_to_wait(answer))
            if attempt == TRIES or pause > LONGEST_WAIT:
                raise EmbeddingError(problem)
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _refused(self, answer: httpx.Response) -> str:
        """What to do about a refusal that may pass.

        Raises:
            EmbeddingError: it will not pass.
        """
        status = answer.status_code
        if status in (401, 403):
            raise EmbeddingError(f"{self.address} refuses the key ({status}). Check COACH_EMBED_API_KEY.")
        if status == 404:
            raise EmbeddingError(
                f"{self.address} knows no embedding model '{self.settings.model}' or no such address (404). Check COACH_EMBED_MODEL and "
                "the end of COACH_EMBED_BASE_URL (often /v1)."
            )
        if status == 429:
            return f"{self.address} allows no more requests now (429). Wait, or lower COACH_EMBED_CONCURRENCY."
        if status >= 500:
            return f"{self.address} has trouble of its own ({status}). Try again later."
        raise EmbeddingError(
            f"{self.address} did not accept the texts ({status}). Lower COACH_EMBED_BATCH, or use another model."
        )

    def _read(self, answer: httpx.Response, count: int) -> Vectors:
        try:
            rows: list[Any] = sorted(answer.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(lengths).all() or not lengths.all():
                raise ValueError
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise EmbeddingError(
                f"{self.address} answered, but not as an embeddings endpoint does. COACH_EMBED_BASE_URL often ends in /v1, and "
                "COACH_EMBED_MODEL must be a model for embeddings."
            ) from error
        return np.asarray(vectors / lengths, np.float32)

    # --- measuring ---

    def _measured(self) -> _Known:
        with self._lock:
            if self._known is None:
                self._known = self._recalled() or self._compared()
            return self._known

    def _recalled(self) -> _Known | None:
        try:
            return _Known.model_validate_json(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _compared(self) -> _Known:
        texts = [text for pair in PAIRS for text in pair]
        mine, builtin = self.embed(texts), MiniLM().embed(texts)
        points = [_points(vectors) for vectors in (mine, builtin)]
        unrelated, related = points[0]
        right = int((np.argmax(mine[0::2] @ mine[1::2].T, axis=1) == np.arange(len(PAIRS))).sum())
        if right < FEWEST_RIGHT or related <= unrelated:
            raise EmbeddingError(
                f"The model '{self.settings.model}' does not tell related sentences from unrelated ones ({right} of {len(PAIRS)} topics find "
                "their answer). Choose a model made for embeddings, or unset COACH_EMBED_BASE_URL and COACH_EMBED_MODEL."
            )
        known = _Known(dimension=mine.shape[1], mine=(-1.0, unrelated, related, 1.0), builtin=(-1.0, *points[1], 1.0))
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps(known.model_dump()), encoding="utf-8")
        partial.replace(self._file)
        return known


def _points(vectors: Vectors) -> tuple[float, float]:
    """Mean cosine of unrelated and of related pairs."""
    topics, answers = vectors[0::2], vectors[1::2]
    cosines = topics @ answers.T
    count = len(PAIRS)
    unrelated = [cosines[a, b] for a, b in product(range(count), range(count)) if a != b]
    return round(float(np.mean(unrelated)), 4), round(float(np.mean(np.diag(cosines))), 4)


def _asked_to_wait(answer: httpx.Response) -> float:
    try:
        return float(answer.headers.get("retry-after", 0))
    except ValueError:  # a date instead of seconds
        return 0.0


def _reason(error: httpx.HTTPError) -> str:
    text = str(error).lower()
    for words, reason in (
        (("refused",), "nothing answers there"),
        (("name or service", "getaddrinfo", "resolution", "nodename"), "the network does not know its name"),
        (("ssl", "certificate", "tls"), "the secure connection failed"),
    ):
        if any(word in text for word in words):
            return reason
    return "the connection broke off"
