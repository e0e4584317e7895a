"""How articles are written, revised, published and retired: commands, and the use cases that decide them."""
