-- entries_delete($1 text dataset, $2 uuid[] keys) -> entries removed: records taken back outside a list
delete from list_entry where dataset = $1 and key = any ($2::uuid[])
