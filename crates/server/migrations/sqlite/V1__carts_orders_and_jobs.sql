-- A document is JSON in `body`. A column stands beside it only where a key, a condition or an order needs it, and is
-- then the truth. Times are nanoseconds since 1970-01-01 UTC, so that what is read is exactly what was written.

CREATE TABLE cart (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE kustom_order (
    id TEXT NOT NULL PRIMARY KEY,
    cart_id TEXT NOT NULL REFERENCES cart (id),
    session_id TEXT NOT NULL,
    location TEXT,
    state TEXT NOT NULL,
    opened_at INTEGER NOT NULL
) STRICT;

CREATE INDEX kustom_order_of_cart ON kustom_order (cart_id, opened_at);

-- Two open orders could both be paid. The rule must hold where the data is, on whatever path a change arrives.
CREATE UNIQUE INDEX kustom_order_open ON kustom_order (cart_id) WHERE state = 'open';

CREATE TABLE snapshot (
    cart_id TEXT NOT NULL REFERENCES cart (id),
    revision INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (cart_id, revision)
) STRICT;

CREATE INDEX snapshot_content ON snapshot (cart_id, content_hash, revision);

CREATE TABLE payment (
    id TEXT NOT NULL PRIMARY KEY,
    cart_id TEXT NOT NULL REFERENCES cart (id),
    kustom_order_id TEXT NOT NULL UNIQUE REFERENCES kustom_order (id),
    body TEXT NOT NULL
) STRICT;

CREATE INDEX payment_of_cart ON payment (cart_id);

-- The unique keys on the Kustom order and on the cart are the lock that makes a purchase one order.
CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    cart_id TEXT NOT NULL UNIQUE REFERENCES cart (id),
    kustom_order_id TEXT NOT NULL UNIQUE REFERENCES kustom_order (id),
    body TEXT NOT NULL
) STRICT;

CREATE TABLE review (
    kustom_order_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kustom_order_id, reason)
) STRICT;

CREATE INDEX review_opened ON review (opened_at);

CREATE TABLE job (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    latest_at INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    claim INTEGER NOT NULL,
    -- Set exactly while the job is claimed and not settled, even when the time has passed.
    lease_until INTEGER,
    -- When the job can be claimed. A column of its own, so that an index answers without looking at every job.
    due_at INTEGER NOT NULL GENERATED ALWAYS AS (max(run_at, coalesce(lease_until, run_at))) VIRTUAL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_due ON job (due_at);

-- The last value drawn. A table, because AUTOINCREMENT would skip the numbers of changes that were rolled back.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES ('cart', 100000), ('order', 100000), ('claim', 0);

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('callback_key', randomblob(32));
