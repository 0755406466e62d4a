"""What every label costs: rate cards, the ledger, and what ten times as much would come to."""
