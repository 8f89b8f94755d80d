"""Pure values: object types, field types with their normal forms, capacities, records.

Nothing in here does I/O, and nothing in here imports more than the standard library and pydantic.
"""
