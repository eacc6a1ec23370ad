"""Many weeks planned at once: tasks for workers on this machine or a cluster, and results kept as they come."""
