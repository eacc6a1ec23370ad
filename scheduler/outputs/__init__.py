"""What people see of a roster."""
