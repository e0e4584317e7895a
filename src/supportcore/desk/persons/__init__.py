"""What is kept of one person on a desk: where it stands, and what is left when it is erased."""
