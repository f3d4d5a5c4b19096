-- supports_drop($1 uuid[] supported)
DELETE FROM support WHERE supported = ANY ($1::uuid[])
