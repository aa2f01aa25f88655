"""READ WING: from the store to a reader. It never fetches, and answering never waits for the store."""
