-- Profiles, tax classes and promotions: one small document, in the order in which they were written.
CREATE TABLE shop (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- How many imports there have been.
    version INTEGER NOT NULL,
    -- What the last file was that a start imported.
    start_file TEXT,
    body TEXT NOT NULL
) STRICT;

INSERT INTO shop (id, version, body) VALUES (1, 0, '{"profiles":[],"tax_classes":[],"promotions":[]}');

CREATE TABLE product (
    number TEXT NOT NULL PRIMARY KEY,
    tax_class TEXT NOT NULL,
    -- The version of the shop that the last import which named it has made. An import that replaces removes all others.
    imported_in INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
