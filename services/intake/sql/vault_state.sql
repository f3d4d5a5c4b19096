-- vault_state() -> whether any person is known
select exists (select from person)
