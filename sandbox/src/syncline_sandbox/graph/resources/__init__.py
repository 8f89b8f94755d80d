"""What every type of item and of folder answers: read, written, listed, followed, extended."""
