"""The resources under `/services`: each module answers one group of them."""
