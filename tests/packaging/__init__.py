"""What is shipped: built, installed in clean environments, and tried there."""
