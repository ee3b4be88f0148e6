"""What an embedder is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimension); each row has length 1."""


class Unscaled:
    """Base of embedders whose cosines are taken as they are."""

    def scale(self, cosines: NDArray[np.float64]) -> NDArray[np.float64]:
        """The cosines as they are."""
        return cosines


class Embedder(Protocol):
    """Anything that turns texts into vectors.

    Attributes:
        name: Changes whenever the same text would get another vector; it is part of the index's name.
        dimension: Numbers in one vector.
    """

    @property
    def name(self) -> str:
        """See the class."""

    @property
    def dimension(self) -> int:
        """See the class."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts` in their order, float32 of shape (len(texts), dimension), each of length 1.

        Raises:
            EmbeddingError: the texts could not be embedded.
        """

    def scale(self, cosines: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cosines of this embedder as the built-in one would have them, so that its measured thresholds hold; same shape."""
