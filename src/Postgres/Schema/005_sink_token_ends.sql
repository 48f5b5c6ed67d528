-- From when on the client is told nothing more; null for never, as it is for the events that are here already.
alter table qod.events add column sink_token_expires_at timestamptz;
