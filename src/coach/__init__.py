"""Coach plans reverse-mentoring sessions; every statement of fact it makes is sourced."""

__version__ = "0.1.0"
