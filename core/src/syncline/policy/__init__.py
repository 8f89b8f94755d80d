"""The declarative rules of one object type in a sync, as values the engine decides by."""
