"""What objects and fields an org has: standard ones, custom ones, and who may see them."""
