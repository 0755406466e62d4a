"""The labels room."""
