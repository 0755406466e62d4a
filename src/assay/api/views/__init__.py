"""Translates the rooms' values into wire shapes, where several routes need the same."""
