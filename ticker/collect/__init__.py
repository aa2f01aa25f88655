"""The write wing: from an upstream to the store."""
