"""Other practices: candidates ranked by what they bring, and where the next one is worth most."""
