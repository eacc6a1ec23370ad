"""What the app answers: each view reads a request, calls a service, and shows what that says."""
