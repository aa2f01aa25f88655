"""What headlines say, which tell one story and which are followed."""
