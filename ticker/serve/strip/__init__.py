"""The strip, in every medium."""
