-- supports_load($1 uuid[] supporters) -> whom each of them must support
SELECT supporter, supported FROM support WHERE supporter = ANY ($1::uuid[])
