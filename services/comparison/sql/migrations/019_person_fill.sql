-- Why: a department's file changes most rows of a page in one transaction, and old and new versions stand side by side until it is
-- committed.  Where the page has no room for both, the new one goes elsewhere, with a new entry in each index, of which that by id is a
-- cold page for each row.
ALTER TABLE person SET (fillfactor = 50);
