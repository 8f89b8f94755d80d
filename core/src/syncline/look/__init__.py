"""What people and machines read of the state: status, links, history, runs, and a doctor's look."""
