"""Mutation testing of the rules: do the tests notice when one of them is changed? See docs/measured/mutation.md."""
