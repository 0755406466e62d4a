"""What the engine says about files: functions that answer with documents, and pages made of them."""
