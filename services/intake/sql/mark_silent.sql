-- mark_silent($1 text dataset, $2 boolean silent) -> 1 row when it was not so before
update feed set silent_since = case when $2 then now() end where dataset = $1 and (silent_since is not null) <> $2
