"""Who is who: records of both sides that are the same, and those that are not there yet."""
