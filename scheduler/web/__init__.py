"""The web app: a request is read, a service called, what it says is shown. Only this folder and the store know Django."""
