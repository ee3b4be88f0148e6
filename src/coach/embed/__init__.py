"""Text to vectors: `minilm` on this machine, or `endpoint` behind an OpenAI-compatible address."""

from coach.embed.embedder import Embedder, Unscaled, Vectors
from coach.embed.endpoint import EndpointEmbedder
from coach.embed.minilm import MiniLM
from coach.settings import Settings

__all__ = ["Embedder", "EndpointEmbedder", "MiniLM", "Unscaled", "Vectors", "chosen"]


def chosen(settings: Settings) -> Embedder:
    """The embedder that the settings ask for: the endpoint's if one is set, else the built-in one."""
    if settings.embed.configured:
        return EndpointEmbedder(settings.embed, settings.data_dir)
    return MiniLM()
