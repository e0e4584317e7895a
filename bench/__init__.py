"""How fast it is and how much it holds, each beside the same work done without supportcore; ``python -m bench``."""
