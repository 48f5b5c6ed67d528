-- Lists of a client's sessions, newest first: ids are of version 7 and grow with time. Only live sessions are listed, so the entries of a
-- session end with it, and its expiry and release cost nothing here.
create index sessions_client on qod.sessions (client_id, id) where phase <= 1;
create index sessions_user on qod.sessions (client_id, subject, id) where phase <= 1 and subject is not null;

-- A device's sessions that have ended can be read as long as they are retained, so its index can no longer stop at those that hold a flow.
create index sessions_of_device on qod.sessions (device_key);
drop index qod.sessions_device;
