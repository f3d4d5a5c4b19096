-- end_silences($1 date day) -> silences whose last day has passed are ended
UPDATE silence SET ended = true WHERE NOT ended AND until < $1::date;
