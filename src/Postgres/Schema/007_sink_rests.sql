-- Whose event it is; null in the events that are here already.
alter table qod.events add column client_id text;

-- What sinks asked for by Retry-After: nothing of this application is sent to that server until then, by no process.
create table qod.sink_rests (
    client_id text        not null,
    -- Scheme, host and port.
    server    text        not null,
    until     timestamptz not null,
    primary key (client_id, server)
);
