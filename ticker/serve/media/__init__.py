"""Values to bytes (pure): one file a medium."""
