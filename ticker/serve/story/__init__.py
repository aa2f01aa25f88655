"""The page of one headline."""
