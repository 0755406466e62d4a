"""The items room."""
