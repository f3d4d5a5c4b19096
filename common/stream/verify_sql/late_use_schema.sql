-- late_use_schema($1 text schema) -> until the end of the transaction the other statements of this set mean that schema
SELECT set_config('search_path', quote_ident($1::text), true)
