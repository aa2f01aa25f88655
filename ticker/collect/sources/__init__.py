"""Bytes of an upstream → values, one file a source. Pure: no clock, no network."""
