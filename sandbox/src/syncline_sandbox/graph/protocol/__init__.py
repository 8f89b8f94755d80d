"""Graph whatever it is asked for: routes, query options, filters, batches."""
