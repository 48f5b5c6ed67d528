-- What the cluster keeps beside the sessions: who is a member, and the administrative state of operators. Orleans's ADO.NET providers come without
-- SQL: they look up the statement for each operation, by its name, in a relation OrleansQuery on their search path, and agree with it on the names of
-- parameters and columns and on nothing else. So the tables are ours; and a view instead of a table makes the statements part of the schema's
-- version. See docs/decisions/orleans-tables.md.

create table qod.clusters (
    id         text        primary key,
    -- The fence of every change of membership.
    version    int4        not null default 0,
    changed_at timestamptz not null default now()
);

create table qod.silos (
    cluster_id    text        not null references qod.clusters on delete cascade,
    address       text        not null,
    port          int4        not null,
    -- Tells a silo from the one that had its address before.
    generation    int4        not null,
    name          text        not null,
    host          text        not null,
    -- Orleans's SiloStatus; 3 is Active.
    status        int4        not null,
    gateway_port  int4        not null,
    suspected_by  text,
    started_at    timestamptz not null,
    alive_at      timestamptz not null,
    primary key (cluster_id, address, port, generation)
) with (fillfactor = 50);

-- A primary key over all that names a state: two first writes cannot both succeed.
create table qod.grain_states (
    service_id text        not null,
    state_name text        not null,
    key_high   int8        not null,
    key_low    int8        not null,
    key_text   text        not null,
    version    int4        not null,
    payload    bytea,
    written_at timestamptz not null default now(),
    primary key (service_id, state_name, key_high, key_low, key_text)
);

create view qod.orleansquery (querykey, querytext) as values
('InsertMembershipVersionKey', $sql$
with made as (
    insert into qod.clusters (id) values (@DeploymentId) on conflict (id) do nothing returning id
)
select exists (select from made)
$sql$),

('InsertMembershipKey', $sql$
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
$sql$),

('UpdateMembershipKey', $sql$
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
$sql$),

('UpdateIAmAlivetimeKey', $sql$
update qod.silos set alive_at = @IAmAliveTime
where cluster_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$sql$),

('MembershipReadRowKey', $sql$
select c.id as DeploymentId, s.address as Address, s.port as Port, s.generation as Generation, s.name as SiloName, s.host as HostName,
    s.status as Status, s.gateway_port as ProxyPort, s.suspected_by as SuspectTimes, s.started_at as StartTime, s.alive_at as IAmAliveTime,
    c.version as Version
from qod.clusters c
left join qod.silos s on s.cluster_id = c.id and s.address = @Address and s.port = @Port and s.generation = @Generation
where c.id = @DeploymentId
$sql$),

('MembershipReadAllKey', $sql$
select c.id as DeploymentId, s.address as Address, s.port as Port, s.generation as Generation, s.name as SiloName, s.host as HostName,
    s.status as Status, s.gateway_port as ProxyPort, s.suspected_by as SuspectTimes, s.started_at as StartTime, s.alive_at as IAmAliveTime,
    c.version as Version
from qod.clusters c
left join qod.silos s on s.cluster_id = c.id
where c.id = @DeploymentId
$sql$),

('GatewaysQueryKey', $sql$
select address as Address, gateway_port as ProxyPort, generation as Generation
from qod.silos
where cluster_id = @DeploymentId and status = @Status and gateway_port > 0
$sql$),

('DeleteMembershipTableEntriesKey', $sql$
delete from qod.clusters where id = @DeploymentId
$sql$),

('CleanupDefunctSiloEntriesKey', $sql$
delete from qod.silos where cluster_id = @DeploymentId and alive_at < @IAmAliveTime and status <> 3
$sql$),

('ReadFromStorageKey', $sql$
select payload as PayloadBinary, version as Version
from qod.grain_states
where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
    and key_text = coalesce(@GrainIdExtensionString::text, '')
$sql$),

-- A write that changes nothing answers with the version that it came with, which the provider takes for a conflict.
('WriteToStorageKey', $sql$
with first as (
    insert into qod.grain_states (service_id, state_name, key_high, key_low, key_text, version, payload)
    select @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString::text, ''), 1, @PayloadBinary
    where @GrainStateVersion::int4 is null
    on conflict do nothing
    returning version
), next as (
    update qod.grain_states set version = version + 1, payload = @PayloadBinary, written_at = now()
    where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
        and key_text = coalesce(@GrainIdExtensionString::text, '') and version = @GrainStateVersion::int4
    returning version
)
select coalesce((select version from first), (select version from next), @GrainStateVersion::int4) as NewGrainStateVersion
$sql$),

('ClearStorageKey', $sql$
update qod.grain_states set version = version + 1, payload = null, written_at = now()
where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
    and key_text = coalesce(@GrainIdExtensionString::text, '') and version = @GrainStateVersion::int4
returning version as NewGrainStateVersion
$sql$),

('DeleteStorageKey', $sql$
delete from qod.grain_states
where service_id = @ServiceId and state_name = @GrainTypeString and key_high = @GrainIdN0 and key_low = @GrainIdN1
    and key_text = coalesce(@GrainIdExtensionString::text, '') and version = @GrainStateVersion::int4
returning version + 1 as NewGrainStateVersion
$sql$);
