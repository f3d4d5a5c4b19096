-- find_persons($1 bytea[] hashes) -> ordinal from 1, pseudonym; only those that are known
select h.ordinal, p.pseudonym
  from unnest($1::bytea[]) with ordinality as h (hash, ordinal) join person p on p.id_hash = h.hash
