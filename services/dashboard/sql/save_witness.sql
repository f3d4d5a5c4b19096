-- save_witness($1 text stream, $2 int8 events) -> the count grown
INSERT INTO witness AS w (stream, events) VALUES ($1::text, $2::bigint)
ON CONFLICT (stream) DO UPDATE SET events = w.events + excluded.events;
