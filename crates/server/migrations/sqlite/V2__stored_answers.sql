-- What a request under an idempotency key was answered. The unique key is what makes it be done once.
CREATE TABLE answer (
    -- The cart's id, or `creation`.
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    until INTEGER NOT NULL,
    UNIQUE (scope, key)
) STRICT;

-- Counts what a cart has, without a look at the bodies.
CREATE INDEX answer_of_scope ON answer (scope, until);

-- Finds those that have ended.
CREATE INDEX answer_end ON answer (until);
