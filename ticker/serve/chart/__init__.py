"""Currencies over time."""
