-- supports_any() -> whether anybody has a legal supporter
SELECT EXISTS (SELECT FROM support) AS has
