"""What each endpoint answers: from what is known at a moment to the models of the answers."""
