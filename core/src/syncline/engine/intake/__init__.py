"""From services to the state: feeds are read, and noted for every lane they concern."""
