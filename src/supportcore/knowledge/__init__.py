"""What is known already: articles."""

from supportcore.knowledge.article import Article

__all__ = ["Article"]
