"""Stores that earlier releases left, which today's code migrates, verifies and goes on with."""
