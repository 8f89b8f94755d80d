"""Taking back what an earlier run did, through the ordinary writes."""
