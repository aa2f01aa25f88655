"""The page that makes code for embedding."""
