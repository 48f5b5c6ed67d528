-- What an event says is decided when it happens, so that whoever delivers it, however often, sends the same bytes. The source is null in the events that are
-- here already; the parameter of the sink's query that carries the token is null where the token stands in the Authorization header.
alter table qod.events add column source text, add column sink_token_parameter text;
