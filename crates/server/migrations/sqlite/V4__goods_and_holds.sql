-- A paid order is found by its goods: order management does not tell which other ways to ship were offered with them.
ALTER TABLE snapshot ADD COLUMN goods_hash TEXT NOT NULL DEFAULT '';
-- Until now nothing was chosen in the checkout, so goods and content were the same.
UPDATE snapshot SET goods_hash = content_hash;
DROP INDEX snapshot_content;
CREATE INDEX snapshot_goods ON snapshot (cart_id, goods_hash, revision);

-- What one cart claims of something that runs out, until that time. Counted in the transaction that writes it.
CREATE TABLE hold (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    cart_id TEXT NOT NULL REFERENCES cart (id),
    quantity INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (kind, key, cart_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX hold_end ON hold (kind, key, until);

-- What a cart has used for good, so that it is counted once and can be given back once.
CREATE TABLE usage (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    cart_id TEXT NOT NULL REFERENCES cart (id),
    quantity INTEGER NOT NULL,
    PRIMARY KEY (kind, key, cart_id)
) STRICT, WITHOUT ROWID;

-- Kept beside `usage`, so that a promotion with many redemptions is not summed up for every cart.
CREATE TABLE redeemed (
    promotion TEXT NOT NULL PRIMARY KEY,
    quantity INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Below zero when more was paid than there was. A product without a row is not counted.
CREATE TABLE stock (
    product_number TEXT NOT NULL PRIMARY KEY,
    on_hand INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
