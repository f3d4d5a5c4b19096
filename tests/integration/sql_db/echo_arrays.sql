-- echo_arrays($1 uuid[] u, $2 bigint[] i, $3 text[] t, $4 bytea[] y, $5 date[] d, $6 int[] i4) -> rows in their order
SELECT a.u, a.i, a.t, a.y, a.d, a.i4
FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bytea[], $5::date[], $6::int[])
     WITH ORDINALITY AS a (u, i, t, y, d, i4, n)
ORDER BY a.n
