"""Drop-in replacements for NBKR's XML files and the Frankfurter API."""
