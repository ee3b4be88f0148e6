"""Texts that say, imply or presuppose what people of an age are like, told from harmless ones by labelled examples."""

from coach.ageism.detector import TOLD, TYPED, Detector, cued

__all__ = ["TOLD", "TYPED", "Detector", "cued"]
