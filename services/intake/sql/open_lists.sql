-- open_lists() -> dataset, snapshot, scope, as_of, parts, parts_in, count, records, rejected, state, reason, changed, entries, would_end
select dataset, snapshot, scope, as_of, parts, parts_in, count, records, rejected, state, reason, changed, entries, would_end
  from list where state in ('waiting', 'needs_confirmation', 'inconsistent') order by n
