"""The demonstration's second round: a model goes into use, the world changes, and the loop closes."""
