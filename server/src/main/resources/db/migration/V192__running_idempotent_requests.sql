-- Every end of a request under a key, and every renewal of leases, looks for tokens of requests that run.
CREATE INDEX idempotent_request_running ON idempotent_request (token) WHERE status IS NULL;
