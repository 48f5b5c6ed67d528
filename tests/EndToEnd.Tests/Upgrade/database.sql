-- A database of the release before (commit 69143f9), as pg_dump wrote it, without its comments and psql commands.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA qod;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE qod.clusters (
    id text NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE qod.consents (
    client_id text NOT NULL,
    subject text NOT NULL,
    scope text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE qod.data_protection_keys (
    id bigint NOT NULL,
    friendly_name text,
    xml text NOT NULL
);
ALTER TABLE qod.data_protection_keys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME qod.data_protection_keys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE qod.devices (
    key uuid NOT NULL,
    fence bigint NOT NULL,
    admitted_at timestamp with time zone NOT NULL
);
CREATE TABLE qod.events (
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    sequence integer NOT NULL,
    surface text NOT NULL,
    status smallint NOT NULL,
    status_info smallint,
    occurred_at timestamp with time zone NOT NULL,
    sink text NOT NULL,
    sink_token bytea,
    correlator text,
    dead_reason text,
    dead_at timestamp with time zone,
    sink_token_expires_at timestamp with time zone
)
WITH (autovacuum_vacuum_scale_factor='0.05');
CREATE TABLE qod.grain_states (
    service_id text NOT NULL,
    state_name text NOT NULL,
    key_high bigint NOT NULL,
    key_low bigint NOT NULL,
    key_text text NOT NULL,
    version integer NOT NULL,
    payload bytea,
    written_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE qod.grants (
    key uuid NOT NULL,
    client_id text NOT NULL,
    state smallint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    payload bytea NOT NULL,
    ticket uuid,
    interval_ms integer NOT NULL,
    next_poll_at timestamp with time zone,
    version integer NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.05');
CREATE VIEW qod.orleansquery AS
 SELECT "*VALUES*".column1 AS querykey,
    "*VALUES*".column2 AS querytext
   FROM (VALUES ('InsertMembershipVersionKey'::text,'
with made as (
    insert into qod.clusters (id) values (@DeploymentId) on conflict (id) do nothing returning id
)
select exists (select from made)
'::text), ('InsertMembershipKey'::text,'
with turned as (
    update qod.clusters set version = version + 1, changed_at = now()
    where id = @DeploymentId and version = @Version and not exists (
        select from qod.silos where cluster_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
    returning id
), joined as (
    insert into qod.silos (cluster_id, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
    select id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime from turned
    returning cluster_id
)
select exists (select from joined)
'::text), ('UpdateMembershipKey'::text,'
with turned as (
    update qod.clusters set version = version + 1, changed_at = now()
    where id = @DeploymentId and version = @Version and exists (
        select from qod.silos where cluster_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
    returning id
), changed as (
    update qod.silos s set status = @Status, suspected_by = @SuspectTimes::text, alive_at = @IAmAliveTime
    from turned
    where s.cluster_id = turned.id and s.address = @Address and s.port = @Port and s.generation = @Generation
    returning s.cluster_id
)
select exists (select from changed)
'::text), ('UpdateIAmAlivetimeKey'::text,'
update qod.silos set alive_at = @IAmAliveTime
where cluster_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
'::text), ('MembershipReadRowKey'::text,'
select c.id as DeploymentId, s.address as Address, s.port as Port, s.generation as Generation, s.name as SiloName, s.host as HostName,
    s.status as Status, s.gateway_port as ProxyPort, s.suspected_by as SuspectTimes, s.started_at as StartTime, s.alive_at as IAmAliveTime,
    c.version as Version
from qod.clusters c
left join qod.silos s on s.cluster_id = c.id and s.address = @Address and s.port = @Port and s.generation = @Generation
where c.id = @DeploymentId
'::text), ('MembershipReadAllKey'::text,'
select c.id as DeploymentId, s.address as Address, s.port as Port, s.generation as Generation, s.name as SiloName, s.host as HostName,
    s.status as Status, s.gateway_port as ProxyPort, s.suspected_by as SuspectTimes, s.started_at as StartTime, s.alive_at as IAmAliveTime,
    c.version as Version
from qod.clusters c
left join qod.silos s on s.cluster_id = c.id
where c.id = @DeploymentId
'::text), ('GatewaysQueryKey'::text,'
select address as Address, gateway_port as ProxyPort, generation as Generation
from qod.silos
where cluster_id = @DeploymentId and status = @Status and gateway_port > 0
'::text), ('DeleteMembershipTableEntriesKey'::text,'
delete from qod.clusters where id = @DeploymentId
'::text), ('CleanupDefunctSiloEntriesKey'::text,'
delete from qod.silos where cluster_id = @DeploymentId and alive_at < @IAmAliveTime and status <> 3
'::text), ('ReadFromStorageKey'::text,'
select payload as PayloadBinary, version as Version
from qod.grain_states
where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
    and key_text = coalesce(@GrainIdExtensionString::text, '''')
'::text), ('WriteToStorageKey'::text,'
with first as (
    insert into qod.grain_states (service_id, state_name, key_high, key_low, key_text, version, payload)
    select @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString::text, ''''), 1, @PayloadBinary
    where @GrainStateVersion::int4 is null
    on conflict do nothing
    returning version
), next as (
    update qod.grain_states set version = version + 1, payload = @PayloadBinary, written_at = now()
    where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
        and key_text = coalesce(@GrainIdExtensionString::text, '''') and version = @GrainStateVersion::int4
    returning version
)
select coalesce((select version from first), (select version from next), @GrainStateVersion::int4) as NewGrainStateVersion
'::text), ('ClearStorageKey'::text,'
update qod.grain_states set version = version + 1, payload = null, written_at = now()
where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
    and key_text = coalesce(@GrainIdExtensionString::text, '''') and version = @GrainStateVersion::int4
returning version as NewGrainStateVersion
'::text), ('DeleteStorageKey'::text,'
delete from qod.grain_states
where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
    and key_text = coalesce(@GrainIdExtensionString::text, '''') and version = @GrainStateVersion::int4
returning version + 1 as NewGrainStateVersion
'::text)) "*VALUES*";
CREATE TABLE qod.pins (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE qod.schema_versions (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE qod.sessions (
    id uuid NOT NULL,
    client_id text NOT NULL,
    subject text,
    device_key uuid NOT NULL,
    operator_id text NOT NULL,
    phase smallint NOT NULL,
    status_info smallint,
    create_settled boolean NOT NULL,
    holds_flow boolean NOT NULL,
    duration_s integer NOT NULL,
    attempts integer NOT NULL,
    event_sequence integer NOT NULL,
    version integer NOT NULL,
    write_id bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    operator_reference text,
    document json NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_insert_scale_factor='0.2');
CREATE TABLE qod.signing_keys (
    generation integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    content bytea NOT NULL
);
CREATE TABLE qod.silos (
    cluster_id text NOT NULL,
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    status integer NOT NULL,
    gateway_port integer NOT NULL,
    suspected_by text,
    started_at timestamp with time zone NOT NULL,
    alive_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
INSERT INTO qod.consents VALUES ('asking-app-id', 'rBRkx-D4Wby89-E66lOK5b1cu0siXhDjr98wp9DhPtQ', 'openid', '2036-11-27 19:04:07.549+00');
INSERT INTO qod.consents VALUES ('asking-app-id', 'rBRkx-D4Wby89-E66lOK5b1cu0siXhDjr98wp9DhPtQ', 'qod-sessions-write', '2036-11-27 19:04:07.549+00');
INSERT INTO qod.consents VALUES ('asking-app-id', 'rBRkx-D4Wby89-E66lOK5b1cu0siXhDjr98wp9DhPtQ', 'qod-sessions-read', '2036-11-27 19:04:07.549+00');
INSERT INTO qod.consents VALUES ('asking-app-id', 'rBRkx-D4Wby89-E66lOK5b1cu0siXhDjr98wp9DhPtQ', 'qod-sessions-delete', '2036-11-27 19:04:07.549+00');
INSERT INTO qod.consents VALUES ('asking-app-id', 'rBRkx-D4Wby89-E66lOK5b1cu0siXhDjr98wp9DhPtQ', 'qod-profiles-read', '2036-11-27 19:04:07.549+00');
INSERT INTO qod.consents VALUES ('asking-app-id', 'rBRkx-D4Wby89-E66lOK5b1cu0siXhDjr98wp9DhPtQ', 'qod:sessions:write', '2036-11-27 19:04:07.549+00');
INSERT INTO qod.consents VALUES ('asking-app-id', 'rBRkx-D4Wby89-E66lOK5b1cu0siXhDjr98wp9DhPtQ', 'qod:sessions:read', '2036-11-27 19:04:07.549+00');
INSERT INTO qod.data_protection_keys OVERRIDING SYSTEM VALUE VALUES (1, 'key-e01e4fc6-5208-4208-9a9c-ea088f014c11', '<key id="e01e4fc6-5208-4208-9a9c-ea088f014c11" version="1"><creationDate>2026-11-30T19:03:47.6208489Z</creationDate><activationDate>2026-11-30T19:03:47.6208489Z</activationDate><expirationDate>2027-02-28T19:03:47.6208489Z</expirationDate><descriptor deserializerType="Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel.AuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection, Version=10.0.0.0, Culture=neutral, PublicKeyToken=adb9793829ddae60"><descriptor><encryption algorithm="AES_256_CBC" /><validation algorithm="HMACSHA256" /><encryptedSecret decryptorType="QodOrleans.Hosting.SealedTokenKeysDecryptor, QodOrleans.Hosting, Version=0.1.0.0, Culture=neutral, PublicKeyToken=null" xmlns="http://schemas.asp.net/2015/03/dataProtection"><sealed xmlns="">AWognsETa6WjBjCO8QU+cU+PTEdDRhEzHO4rczS/B0Sn5aWffnkQPD8FrXOGo5GRka6xE7Y5k+mOxLqKBmtirVZLcsCuLA9OxGO6mH5RnJGpO/wjT4iXsTVtlf0YASDkuWA/1bxsE1od1w0WTcNkbJQcpaXlb84iS1laEusHMDDcRrX4S4CYxbUBcMsNZkrpGiWfx/ukoLIRoRoXUzM9Tbf8CNeE1Yz33fhIojCEmqFa2WoEFq/nfksBmu84RSbNwTpHlsHLgpxpgSh0aKyinuevLmw1NrnTTaFlgULwG3SWSGWddVp68T95Aw4DdpdVD4LKhCB+zAkVCmx84qJSK3FbEYqch3F3F8vTSvGT1A2bXfwSFxdO05arWbia+GzOUHLpSe/AezYgse0RZh/q</sealed></encryptedSecret></descriptor></descriptor></key>');
INSERT INTO qod.devices VALUES ('e27a3bd0-ba07-c9c2-9e44-6d0e841e9ee4', 1581336386680966666, '2026-11-30 19:03:48.052914+00');
INSERT INTO qod.devices VALUES ('038fdf39-ca35-24d5-93d8-6a73abec00e9', 5641633186748076445, '2026-11-30 19:03:48.308801+00');
INSERT INTO qod.devices VALUES ('a1f881f0-303b-111a-2fd2-b0c8418ea149', 3486634261969368153, '2026-11-30 19:04:07.218798+00');
INSERT INTO qod.devices VALUES ('c023c2e0-e5ff-5679-17fd-804dc1cc841a', 3071205377477787656, '2026-11-30 19:04:07.246293+00');
INSERT INTO qod.devices VALUES ('7cd10cd2-1c2b-f5b7-2866-c5d46537b779', 3010699634456880252, '2026-11-30 19:04:22.6373+00');
INSERT INTO qod.events VALUES ('e26a9763-2de1-8988-bbd7-94ad5f2b4dc8', '01a22dd7-81bf-7db5-90d8-b72c90430ef3', 1, 'quality-on-demand-1.1', 1, NULL, '2026-11-30 19:03:48.139+00', 'http://127.0.0.1:9/nobody', NULL, NULL, NULL, NULL, NULL);
INSERT INTO qod.events VALUES ('20e6b30a-54a0-8add-afb8-14b49ed567c9', '01a22dd7-8352-7951-a6a6-d0c79b2d8d98', 1, 'qod-0.10', 1, NULL, '2026-11-30 19:03:48.311+00', 'http://127.0.0.1:9/events', '\x016a209ec1ea916d1f066f385361e5c5b1135898d936bae1e90d72de2af9c40e41767ebc139c15911d999b219d9912c1a88265eb78cfd39f538846', NULL, NULL, NULL, NULL);
INSERT INTO qod.events VALUES ('518c1fd6-1b06-8074-b5e2-ae3c43c4afda', '01a22dd7-cd2b-7fb8-9940-87b76d1c6f03', 1, 'qod-0.8', 1, NULL, '2026-11-30 19:04:07.222+00', 'http://127.0.0.1:9/legacy', '\x016a209ec14cf791d224a63530540d7890a49adf06ac3ac5b6e07c174ad084f59b826baf0bc6f6c7778a8eff55', NULL, NULL, NULL, NULL);
INSERT INTO qod.events VALUES ('34905783-5541-86be-a5f9-88ba4e464c00', '01a22dd7-cd4d-7544-bca3-3e4351d03754', 1, 'quality-on-demand-1.1', 1, NULL, '2026-11-30 19:04:07.247+00', 'http://127.0.0.1:9/deleted', NULL, NULL, NULL, NULL, NULL);
INSERT INTO qod.events VALUES ('d1a0a9a1-0cb7-8cd8-b2fd-574e6757df00', '01a22dd7-cd4d-7544-bca3-3e4351d03754', 2, 'quality-on-demand-1.1', 2, 2, '2026-11-30 19:04:07.271+00', 'http://127.0.0.1:9/deleted', NULL, NULL, NULL, NULL, NULL);
INSERT INTO qod.grants VALUES ('abbdb50f-fc06-8c04-8018-fc0984b51b77', 'asking-app-id', 3, '2026-11-30 19:09:07.394+00', '\x', 'be603b76-034a-b60d-3a10-a66910f7f126', 2000, NULL, 3);
INSERT INTO qod.grants VALUES ('5b71ed5e-502b-bfc8-3646-4d4e23168848', 'my-app-id', 3, '2026-11-30 19:09:22.593+00', '\x', NULL, 2000, NULL, 2);
INSERT INTO qod.grants VALUES ('e22e3f3b-d789-2c79-33d6-599bf493d64a', 'asking-app-id', 0, '2026-11-30 19:09:22.65+00', '\x09f0c9f0c64f1ee0085208429a9cea088f014c1104fad68e24d80ba0758d98cf20e8651da8ce4e694629a96d2d9378289fbd7e17a0d946866c13df6c8f6abbe9c9abe9ce42d428eb1abc3e3dac635d9a006468ecb225d2b5e3e8d85974f2fec6646c3335051e0f3d5014752c14dd286e0e76fd27480b1054bf093f0ddd1684880b0068ef17f49e7c5e668f774cd71ab685fa5abf5501c27b057f7133ba37ddf9ddd930948d1417155c7621c02b64200ec486f0d25dc2cacbd0881c20f831c29caeabe2f5e96acdea4a99b9b5d0a21945bea39fdc0a7f271195426d981fd2608bdbe743d785e7126197802382ec5ca5ce52102819484c404c32887513d542e6227a6832b051ba1e3576febb821ab8a41206a7b913f8ecd41488d6f1f6883b49aeddec33486101954f18a2faa8817bde51f6941d9e73f69e9a44d61675f1cb98c60979d46036a7e7cf79c050884ff2e914b58c5dd891783a5a9da88c1126203f81f0666fd2ffd4467e8158df6add7d0e4cc791a15aaea7433b80cca3c869c27611ce52d5f311a84ed7a3d4403ecad2e9eee904d7c54c0d73bec4aa383f1b395ea8aba683e03a668b9019fa1315d31847b9f592e4b91f8682fbb47e0ae9a1a6ca01f2783c26', 'bafde234-12cc-1985-0331-3da691554880', 2000, NULL, 1);
INSERT INTO qod.pins VALUES ('device-key', '3d61641f05cd47f6');
INSERT INTO qod.schema_versions VALUES (1, 'sessions', '2026-11-30 19:03:47.34757+00');
INSERT INTO qod.schema_versions VALUES (2, 'session_lists', '2026-11-30 19:03:47.34757+00');
INSERT INTO qod.schema_versions VALUES (3, 'grants', '2026-11-30 19:03:47.34757+00');
INSERT INTO qod.schema_versions VALUES (4, 'cluster', '2026-11-30 19:03:47.34757+00');
INSERT INTO qod.schema_versions VALUES (5, 'sink_token_ends', '2026-11-30 19:03:47.34757+00');
INSERT INTO qod.sessions VALUES ('01a22dd7-81bf-7db5-90d8-b72c90430ef3', 'mock-sandbox', NULL, 'e27a3bd0-ba07-c9c2-9e44-6d0e841e9ee4', 'movistar-es', 1, NULL, true, true, 2000000000, 0, 1, 2, 115234335240756755, '2090-04-16 22:37:08.139+00', '2026-11-30 19:03:48.139+00', NULL, NULL, '{"surface":"quality-on-demand-1.1","subscriber":"tel:+34600000001","device":{"phoneNumber":"+34600000001"},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","sink":"http://127.0.0.1:9/nobody","createdAt":"2026-11-30T19:03:47.909+00:00"}');
INSERT INTO qod.sessions VALUES ('01a22dd7-8352-7951-a6a6-d0c79b2d8d98', 'mock-sandbox', NULL, '038fdf39-ca35-24d5-93d8-6a73abec00e9', 'movistar-es', 1, NULL, true, true, 80000, 0, 1, 2, 688314011138688231, '2026-12-01 17:17:08.311+00', '2026-11-30 19:03:48.311+00', NULL, NULL, '{"surface":"qod-0.10","subscriber":"ipv4:203.0.113.25:8080","device":{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":8080}},"applicationServer":{"ipv4Address":"198.51.100.0/24"},"qosProfile":"QOS_E","sink":"http://127.0.0.1:9/events","sinkToken":"AWognsHqkW0fBm84U2HlxbETWJjZNrrh6Q1y3ir5xA5Bdn68E5wVkR2ZmyGdmRLBqIJl63jP059TiEY=","createdAt":"2026-11-30T19:03:48.306+00:00"}');
INSERT INTO qod.sessions VALUES ('01a22dd7-cd2b-7fb8-9940-87b76d1c6f03', 'mock-sandbox', NULL, 'a1f881f0-303b-111a-2fd2-b0c8418ea149', 'movistar-es', 1, NULL, true, true, 86000, 0, 1, 2, 7287871672425738216, '2026-12-01 18:57:27.222+00', '2026-11-30 19:04:07.222+00', NULL, NULL, '{"surface":"qod-0.8","subscriber":"tel:+34600000002","device":{"phoneNumber":"+34600000002"},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","sink":"http://127.0.0.1:9/legacy","sinkToken":"AWognsFM95HSJKY1MFQNeJCkmt8GrDrFtuB8F0rQhPWbgmuvC8b2x3eKjv9V","createdAt":"2026-11-30T19:04:07.211+00:00"}');
INSERT INTO qod.sessions VALUES ('01a22dd8-096c-7d3c-a387-412932df5c3b', 'my-app-id', 'sLcYjPMgm0ECmvw2h50Z5jdst54km7Uo88q_o6uHYXU', '7cd10cd2-1c2b-f5b7-2866-c5d46537b779', 'movistar-es', 1, NULL, true, true, 86000, 0, 1, 2, 8698006256927191750, '2026-12-01 18:57:42.638+00', '2026-11-30 19:04:22.638+00', NULL, NULL, '{"surface":"qod-0.10","subscriber":"tel:+34600000124","device":{"phoneNumber":"+34600000124"},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","createdAt":"2026-11-30T19:04:22.636+00:00"}');
INSERT INTO qod.signing_keys VALUES (1, '2026-11-30 19:04:07.596+00', '\x09f0c9f0c64f1ee0085208429a9cea088f014c11d98b0bf391e7d3b243154d54974f8c12db741327c0dfb98bc4434e5b8f7c4a702183e2a1d106f3cf87b331a2da9aec1e50a048a8ebbb4dc212420e86ffd94fb9dca0087363b8c0d0584a1e2191ea5670ffc6b3103c0a47eb3d6f0842dfac3f73877cd6ae098f8fe0915035639d4751c852becdd263f26d8c73f406e079edd5c3d0ec5d7ead224580b859d9385e107ea0ed6ce31d82d7973a34dde23a8baf3055d78814781dd45fc971e3d4f95a65cddc1c3f179995f7a3ed49e6f4514476f65d2af257320efcd339da780d60794c6d7a');
SELECT pg_catalog.setval('qod.data_protection_keys_id_seq', 1, true);
ALTER TABLE ONLY qod.clusters
    ADD CONSTRAINT clusters_pkey PRIMARY KEY (id);
ALTER TABLE ONLY qod.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (client_id, subject, scope);
ALTER TABLE ONLY qod.data_protection_keys
    ADD CONSTRAINT data_protection_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY qod.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (key);
ALTER TABLE ONLY qod.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY qod.grain_states
    ADD CONSTRAINT grain_states_pkey PRIMARY KEY (service_id, state_name, key_high, key_low, key_text);
ALTER TABLE ONLY qod.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (key);
ALTER TABLE ONLY qod.pins
    ADD CONSTRAINT pins_pkey PRIMARY KEY (name);
ALTER TABLE ONLY qod.schema_versions
    ADD CONSTRAINT schema_versions_pkey PRIMARY KEY (version);
ALTER TABLE ONLY qod.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY qod.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (generation);
ALTER TABLE ONLY qod.silos
    ADD CONSTRAINT silos_pkey PRIMARY KEY (cluster_id, address, port, generation);
CREATE INDEX consents_expiry ON qod.consents USING btree (expires_at);
CREATE INDEX events_pending ON qod.events USING btree (session_id, sequence) WHERE (dead_reason IS NULL);
CREATE INDEX grants_expiry ON qod.grants USING btree (expires_at);
CREATE UNIQUE INDEX grants_ticket ON qod.grants USING btree (ticket) WHERE (ticket IS NOT NULL);
CREATE INDEX sessions_client ON qod.sessions USING btree (client_id, id) WHERE (phase <= 1);
CREATE INDEX sessions_due ON qod.sessions USING btree (due_at, id);
CREATE INDEX sessions_of_device ON qod.sessions USING btree (device_key);
CREATE INDEX sessions_user ON qod.sessions USING btree (client_id, subject, id) WHERE ((phase <= 1) AND (subject IS NOT NULL));
ALTER TABLE ONLY qod.silos
    ADD CONSTRAINT silos_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES qod.clusters(id) ON DELETE CASCADE;
