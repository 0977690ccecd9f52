"""What a cell holds, by when it was written."""
