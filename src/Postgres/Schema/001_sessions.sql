-- Durable state of QodOrleans. Times are whole milliseconds, in UTC. Numbers for phase, status and status_info are the values of the
-- enums in src/Core/Sessions, in their order.

create table qod.sessions (
    id                 uuid        primary key,
    client_id          text        not null,
    subject            text,
    device_key         uuid        not null,
    operator_id        text        not null,
    phase              int2        not null,
    status_info        int2,
    create_settled     bool        not null,
    holds_flow         bool        not null,
    duration_s         int4        not null,
    attempts           int4        not null,
    event_sequence     int4        not null,
    version            int4        not null,
    -- Names the commit that wrote this version: tells our own write from another's after a connection broke in the middle of it.
    write_id           int8        not null,
    due_at             timestamptz not null,
    started_at         timestamptz,
    ended_at           timestamptz,
    operator_reference text,
    -- The terms of the session: written once, never updated.
    document           json        not null
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2);

-- Every update moves due_at, so no update is heap-only and each index here costs an entry per update: there are no more than are read.
create index sessions_due on qod.sessions (due_at, id);
create index sessions_device on qod.sessions (device_key) where holds_flow;

-- The fence of each device that had a session lately: the write id of its last admission. A row that was purged and made anew can
-- therefore not bring back a fence that somebody still remembers.
create table qod.devices (
    key         uuid        primary key,
    fence       int8        not null,
    admitted_at timestamptz not null
);

-- Events that are not told yet, and those given up. A told event is deleted.
create table qod.events (
    id          uuid        primary key,
    session_id  uuid        not null,
    sequence    int4        not null,
    surface     text        not null,
    status      int2        not null,
    status_info int2,
    occurred_at timestamptz not null,
    sink        text        not null,
    -- Sealed by the program; the key is not in the database.
    sink_token  bytea,
    correlator  text,
    -- Null while the event is still to be told.
    dead_reason text,
    dead_at     timestamptz
) with (autovacuum_vacuum_scale_factor = 0.05);

create index events_pending on qod.events (session_id, sequence) where dead_reason is null;

create table qod.data_protection_keys (
    id            int8 generated always as identity primary key,
    friendly_name text,
    xml           text not null
);

-- What all programs on this database must agree on.
create table qod.pins (
    name  text primary key,
    value text not null
);
