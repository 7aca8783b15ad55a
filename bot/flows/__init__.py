"""The flows: one file for each, and the keys and replies they share."""
