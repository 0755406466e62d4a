"""The guidelines room."""
