-- declare_chunks() -> the beginning of a statement: db_query_chunks puts a SELECT of another file behind it
DECLARE chunks NO SCROLL CURSOR FOR
