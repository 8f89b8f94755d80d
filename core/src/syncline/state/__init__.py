"""Our database: what every side was last seen to hold, and what is under way.

One file per subject; every function takes an open transaction. SQLModel declares the tables,
Alembic moves them from version to version, the engine's paths use SQLAlchemy Core in bulk.
"""
