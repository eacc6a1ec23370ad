"""How the app's tables came to be, step by step."""
