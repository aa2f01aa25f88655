"""Headlines compared: which are one story, which are related, which are popular."""
