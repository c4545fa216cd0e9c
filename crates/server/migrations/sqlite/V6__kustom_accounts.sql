-- A profile may be paid into a Kustom account of its own. Without one it is the common account.
ALTER TABLE kustom_order ADD COLUMN account TEXT;
