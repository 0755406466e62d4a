"""Printed boards of the second round: drawn from a seed, or views cut from a folder of real ones."""
