-- "status IN (…)" in an index's condition has SQLite fill a table of the codes, twice, for every order that is written.
DROP INDEX orders_over;
CREATE INDEX orders_over ON orders (updated_at) WHERE told = 0 AND (status = 1003 OR status = 1008 OR status = 1009);
