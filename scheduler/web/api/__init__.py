"""The API for other programs: the services as resources under ``/api/v1``, described by OpenAPI.

`calls` has the application, `shapes` what is sent and answered, `conditions` what calls are made on (`If-Match`,
`Idempotency-Key`), and each other module the calls of one area. Who may make which stands in `rights`.
"""
