"""Active: what to label next, chosen with a reason for each item."""
