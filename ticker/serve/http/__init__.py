"""The HTTP contract, the response cache and the page base."""
