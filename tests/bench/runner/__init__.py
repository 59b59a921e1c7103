"""What scripts/bench is made of: servers, prepared data, rows, the table."""
