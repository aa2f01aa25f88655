"""Words, numbers and dates in three languages."""
