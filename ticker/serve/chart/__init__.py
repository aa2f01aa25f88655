"""Currencies over time, as a picture and as a page."""
