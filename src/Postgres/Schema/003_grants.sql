-- What the authorization server must remember. Neither a secret nor a person can be read out of these tables: codes, auth_req_ids and
-- consent links are here as hashes, people by their pairwise names, and payloads are sealed by the program.

create table qod.grants (
    key          uuid        primary key,
    client_id    text        not null,
    -- The value of GrantState in src/Core/Authorization.
    state        int2        not null,
    expires_at   timestamptz not null,
    payload      bytea       not null,
    ticket       uuid,
    interval_ms  int4        not null,
    next_poll_at timestamptz,
    version      int4        not null
) with (autovacuum_vacuum_scale_factor = 0.05);

create unique index grants_ticket on qod.grants (ticket) where ticket is not null;
create index grants_expiry on qod.grants (expires_at);

create table qod.consents (
    client_id  text        not null,
    subject    text        not null,
    scope      text        not null,
    expires_at timestamptz not null,
    primary key (client_id, subject, scope)
);

create index consents_expiry on qod.consents (expires_at);

create table qod.signing_keys (
    generation int4        primary key,
    made_at    timestamptz not null,
    -- Sealed by the program.
    content    bytea       not null
);
