-- A payment is a provider's, of which Kustom is one. Nothing refers to the two tables that are made anew.
CREATE TABLE payment_of_any_provider (
    id TEXT NOT NULL PRIMARY KEY,
    cart_id TEXT NOT NULL REFERENCES cart (id),
    provider TEXT NOT NULL,
    reference TEXT NOT NULL,
    -- Kustom's reference is an order that was opened here.
    kustom_order_id TEXT GENERATED ALWAYS AS (CASE provider WHEN 'kustom' THEN reference END) VIRTUAL
        REFERENCES kustom_order (id),
    body TEXT NOT NULL,
    UNIQUE (provider, reference)
) STRICT;

INSERT INTO payment_of_any_provider (id, cart_id, provider, reference, body)
SELECT id, cart_id, 'kustom', kustom_order_id,
    json_set(json_remove(body, '$.kustom_order_id'), '$.provider', json_object('kustom', kustom_order_id))
FROM payment ORDER BY rowid;

DROP TABLE payment;
ALTER TABLE payment_of_any_provider RENAME TO payment;
CREATE INDEX payment_of_cart ON payment (cart_id);

-- The unique keys on the Kustom order and on the cart are the lock that makes a purchase one order.
CREATE TABLE order_of_any_provider (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    cart_id TEXT NOT NULL UNIQUE REFERENCES cart (id),
    payment_id TEXT NOT NULL,
    kustom_order_id TEXT UNIQUE REFERENCES kustom_order (id),
    body TEXT NOT NULL
) STRICT;

-- What was bought before there were deliveries is one, of everything.
INSERT INTO order_of_any_provider (id, number, version, cart_id, payment_id, kustom_order_id, body)
SELECT id, number, 1, cart_id, body ->> '$.payment_id', kustom_order_id,
    json_set(body, '$.deliveries', json_array(json_object(
        'state', 'open',
        'lines', json((
            SELECT json_group_array(json_object(
                'item_id', value ->> '$.item_id',
                'product_number', value ->> '$.product_number',
                'quantity', value ->> '$.quantity'
            )) FROM json_each(body, '$.priced.lines')
        )),
        'shipping', body -> '$.priced.shipping',
        'address', body -> '$.shipping'
    )))
FROM orders ORDER BY rowid;

DROP TABLE orders;
ALTER TABLE order_of_any_provider RENAME TO orders;

UPDATE cart SET body = json_set(body, '$.bought_by', json_object('kustom', body ->> '$.bought_by'))
WHERE body ->> '$.bought_by' IS NOT NULL;
