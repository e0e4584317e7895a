"""The knowledge base of a desk, as one actor finds it: articles, search, suggestions."""
