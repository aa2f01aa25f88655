"""What is official: decided here, read by every door."""
