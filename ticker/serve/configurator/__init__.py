"""The page that makes the code to embed."""
