-- shadow_findings_forget($1 text[] policies that stay): findings of all others go
DELETE FROM shadow_finding WHERE policy <> ALL ($1::text[])
