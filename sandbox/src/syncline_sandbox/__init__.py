"""Stand-ins for the services Syncline talks to, on a real local socket."""
