"""What is known already: articles, and how they are found."""

from supportcore.knowledge.article import Article, Category

__all__ = ["Article", "Category"]
