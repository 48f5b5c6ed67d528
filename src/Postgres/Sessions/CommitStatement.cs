using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Batching;

namespace QodOrleans.Postgres.Sessions;

/// <summary>The one statement that changes sessions: any number of inserts, updates and deletes, each behind its own fence, and the events of
/// those that passed. It returns the ids that passed.</summary>
internal sealed class CommitStatement
{
    // A new device is inserted, a known one must still have the fence that its owner remembers. The second one waits for the first
    // and then finds the fence moved. A session id that exists already breaks the whole statement, on purpose: that is a repetition of a
    // write in doubt (or a clash of UUIDs), so rare that "on conflict" would cost more than the retry.
    //
    // "in (select …)" beside an "or" is not made a join but a hash table that is asked once per row: linear, whatever the planner thinks of
    // the size of arrays that it cannot see. Events have no fence of their own: they follow the sessions that passed.
    private const string Sql =
        """
        with admitted_new as (
            insert into qod.devices (key, fence, admitted_at)
            select key, fence, now() from unnest(@new_key, @new_fence) as a (key, fence)
            on conflict (key) do nothing
            returning key
        ), admitted_known as (
            update qod.devices d set fence = a.fence, admitted_at = now()
            from unnest(@known_key, @known_expected, @known_fence) as a (key, expected, fence)
            where d.key = a.key and d.fence = a.expected
            returning d.key
        ), inserted as (
            insert into qod.sessions (id, client_id, subject, device_key, operator_id, phase, status_info, create_settled, holds_flow, duration_s,
                attempts, event_sequence, version, write_id, due_at, started_at, ended_at, operator_reference, document)
            select id, client_id, subject, device_key, operator_id, phase, status_info, create_settled, holds_flow, duration_s,
                attempts, event_sequence, 1, write_id, due_at, started_at, ended_at, operator_reference, document
            from unnest(@i_id, @i_client, @i_subject, @i_device, @i_operator, @i_phase, @i_status_info, @i_settled, @i_holds_flow, @i_duration,
                @i_attempts, @i_sequence, @i_write, @i_due, @i_started, @i_ended, @i_reference, @i_document, @i_admission)
                as i (id, client_id, subject, device_key, operator_id, phase, status_info, create_settled, holds_flow, duration_s,
                    attempts, event_sequence, write_id, due_at, started_at, ended_at, operator_reference, document, admission)
            where not admission or device_key in (select key from admitted_new) or device_key in (select key from admitted_known)
            returning id
        ), updated as (
            update qod.sessions s set phase = u.phase, status_info = u.status_info, create_settled = u.create_settled, holds_flow = u.holds_flow,
                duration_s = u.duration_s, attempts = u.attempts, event_sequence = u.event_sequence, version = u.version, write_id = u.write_id,
                due_at = u.due_at, started_at = u.started_at, ended_at = u.ended_at, operator_reference = u.operator_reference
            from unnest(@u_id, @u_phase, @u_status_info, @u_settled, @u_holds_flow, @u_duration, @u_attempts, @u_sequence, @u_version, @u_write,
                @u_due, @u_started, @u_ended, @u_reference)
                as u (id, phase, status_info, create_settled, holds_flow, duration_s, attempts, event_sequence, version, write_id,
                    due_at, started_at, ended_at, operator_reference)
            where s.id = u.id and s.version = u.version - 1
            returning s.id
        ), deleted as (
            delete from qod.sessions s using unnest(@d_id, @d_version) as d (id, version)
            where s.id = d.id and s.version = d.version - 1
            returning s.id
        ), told as (
            insert into qod.events (id, session_id, sequence, surface, status, status_info, occurred_at, sink, sink_token, sink_token_expires_at,
                sink_token_parameter, correlator, source, client_id)
            select * from unnest(@e_id, @e_session, @e_sequence, @e_surface, @e_status, @e_status_info, @e_occurred, @e_sink, @e_token, @e_token_expires,
                @e_token_parameter, @e_correlator, @e_source, @e_client)
                as e (id, session_id, sequence, surface, status, status_info, occurred_at, sink, sink_token, sink_token_expires_at,
                    sink_token_parameter, correlator, source, client_id)
            where session_id in (select id from updated) or session_id in (select id from inserted) or session_id in (select id from deleted)
        )
        select id from inserted union all select id from updated union all select id from deleted
        """;

    private readonly ArrayParameters parameters = new();
    private readonly List<Guid> newKeys, knownKeys, insertIds, insertDevices, updateIds, deleteIds, eventIds, eventSessions;
    private readonly List<long> newFences, knownExpected, knownFences, insertWrites, updateWrites;
    private readonly List<string> insertClients, insertOperators, eventSurfaces, eventSinks;
    private readonly List<string?> insertSubjects, insertReferences, updateReferences, eventTokenParameters, eventCorrelators, eventSources, eventClients;
    private readonly List<short> insertPhases, updatePhases, eventStatuses;
    private readonly List<short?> insertStatusInfos, updateStatusInfos, eventStatusInfos;
    private readonly List<bool> insertSettled, insertHoldsFlow, insertAdmissions, updateSettled, updateHoldsFlow;
    private readonly List<int> insertDurations, insertAttempts, insertSequences, updateDurations, updateAttempts, updateSequences, updateVersions,
        deleteVersions, eventSequences;
    private readonly List<DateTime> insertDue, updateDue, eventTimes;
    private readonly List<DateTime?> insertStarted, insertEnded, updateStarted, updateEnded, eventTokenEnds;
    private readonly List<byte[]> insertDocuments;
    private readonly List<byte[]?> eventTokens;

    public CommitStatement()
    {
        newKeys = parameters.Add<Guid>("new_key", NpgsqlDbType.Uuid);
        newFences = parameters.Add<long>("new_fence", NpgsqlDbType.Bigint);
        knownKeys = parameters.Add<Guid>("known_key", NpgsqlDbType.Uuid);
        knownExpected = parameters.Add<long>("known_expected", NpgsqlDbType.Bigint);
        knownFences = parameters.Add<long>("known_fence", NpgsqlDbType.Bigint);

        insertIds = parameters.Add<Guid>("i_id", NpgsqlDbType.Uuid);
        insertClients = parameters.Add<string>("i_client", NpgsqlDbType.Text);
        insertSubjects = parameters.Add<string?>("i_subject", NpgsqlDbType.Text);
        insertDevices = parameters.Add<Guid>("i_device", NpgsqlDbType.Uuid);
        insertOperators = parameters.Add<string>("i_operator", NpgsqlDbType.Text);
        insertPhases = parameters.Add<short>("i_phase", NpgsqlDbType.Smallint);
        insertStatusInfos = parameters.Add<short?>("i_status_info", NpgsqlDbType.Smallint);
        insertSettled = parameters.Add<bool>("i_settled", NpgsqlDbType.Boolean);
        insertHoldsFlow = parameters.Add<bool>("i_holds_flow", NpgsqlDbType.Boolean);
        insertDurations = parameters.Add<int>("i_duration", NpgsqlDbType.Integer);
        insertAttempts = parameters.Add<int>("i_attempts", NpgsqlDbType.Integer);
        insertSequences = parameters.Add<int>("i_sequence", NpgsqlDbType.Integer);
        insertWrites = parameters.Add<long>("i_write", NpgsqlDbType.Bigint);
        insertDue = parameters.Add<DateTime>("i_due", NpgsqlDbType.TimestampTz);
        insertStarted = parameters.Add<DateTime?>("i_started", NpgsqlDbType.TimestampTz);
        insertEnded = parameters.Add<DateTime?>("i_ended", NpgsqlDbType.TimestampTz);
        insertReferences = parameters.Add<string?>("i_reference", NpgsqlDbType.Text);
        insertDocuments = parameters.Add<byte[]>("i_document", NpgsqlDbType.Json);
        insertAdmissions = parameters.Add<bool>("i_admission", NpgsqlDbType.Boolean);

        updateIds = parameters.Add<Guid>("u_id", NpgsqlDbType.Uuid);
        updatePhases = parameters.Add<short>("u_phase", NpgsqlDbType.Smallint);
        updateStatusInfos = parameters.Add<short?>("u_status_info", NpgsqlDbType.Smallint);
        updateSettled = parameters.Add<bool>("u_settled", NpgsqlDbType.Boolean);
        updateHoldsFlow = parameters.Add<bool>("u_holds_flow", NpgsqlDbType.Boolean);
        updateDurations = parameters.Add<int>("u_duration", NpgsqlDbType.Integer);
        updateAttempts = parameters.Add<int>("u_attempts", NpgsqlDbType.Integer);
        updateSequences = parameters.Add<int>("u_sequence", NpgsqlDbType.Integer);
        updateVersions = parameters.Add<int>("u_version", NpgsqlDbType.Integer);
        updateWrites = parameters.Add<long>("u_write", NpgsqlDbType.Bigint);
        updateDue = parameters.Add<DateTime>("u_due", NpgsqlDbType.TimestampTz);
        updateStarted = parameters.Add<DateTime?>("u_started", NpgsqlDbType.TimestampTz);
        updateEnded = parameters.Add<DateTime?>("u_ended", NpgsqlDbType.TimestampTz);
        updateReferences = parameters.Add<string?>("u_reference", NpgsqlDbType.Text);

        deleteIds = parameters.Add<Guid>("d_id", NpgsqlDbType.Uuid);
        deleteVersions = parameters.Add<int>("d_version", NpgsqlDbType.Integer);

        eventIds = parameters.Add<Guid>("e_id", NpgsqlDbType.Uuid);
        eventSessions = parameters.Add<Guid>("e_session", NpgsqlDbType.Uuid);
        eventSequences = parameters.Add<int>("e_sequence", NpgsqlDbType.Integer);
        eventSurfaces = parameters.Add<string>("e_surface", NpgsqlDbType.Text);
        eventStatuses = parameters.Add<short>("e_status", NpgsqlDbType.Smallint);
        eventStatusInfos = parameters.Add<short?>("e_status_info", NpgsqlDbType.Smallint);
        eventTimes = parameters.Add<DateTime>("e_occurred", NpgsqlDbType.TimestampTz);
        eventSinks = parameters.Add<string>("e_sink", NpgsqlDbType.Text);
        eventTokens = parameters.Add<byte[]?>("e_token", NpgsqlDbType.Bytea);
        eventTokenEnds = parameters.Add<DateTime?>("e_token_expires", NpgsqlDbType.TimestampTz);
        eventTokenParameters = parameters.Add<string?>("e_token_parameter", NpgsqlDbType.Text);
        eventCorrelators = parameters.Add<string?>("e_correlator", NpgsqlDbType.Text);
        eventSources = parameters.Add<string?>("e_source", NpgsqlDbType.Text);
        eventClients = parameters.Add<string?>("e_client", NpgsqlDbType.Text);
    }

    public NpgsqlCommand CreateCommand(TimeSpan timeout) => parameters.CreateCommand(Sql, timeout);

    /// <summary>Sets the operations of the next execution: at most one per session, and one admission per device.</summary>
    public void Fill(IReadOnlyList<CommitOp> batch)
    {
        parameters.Clear();
        foreach (var op in batch)
        {
            if (op.Inserts) Insert(op);
            else if (op.Deletes) Delete(op.Session);
            else Update(op.Session, op.WriteId);
            if (op.Commit.Event is { } change) Tell(change);
        }
    }

    private void Insert(CommitOp op)
    {
        var (session, terms) = (op.Session, op.Session.Terms);
        insertIds.Add(session.Id.Value);
        insertClients.Add(terms.ClientId);
        insertSubjects.Add(terms.Subject);
        insertDevices.Add(terms.DeviceKey.Value);
        insertOperators.Add(terms.Operator.Value);
        insertPhases.Add((short)session.Phase);
        insertStatusInfos.Add((short?)session.StatusInfo);
        insertSettled.Add(session.CreateSettled);
        insertHoldsFlow.Add(session.HoldsFlow);
        insertDurations.Add(Seconds(session.Duration));
        insertAttempts.Add(session.Attempts);
        insertSequences.Add(session.EventSequence);
        insertWrites.Add(op.WriteId);
        insertDue.Add(session.DueAt.UtcDateTime);
        insertStarted.Add(session.StartedAt?.UtcDateTime);
        insertEnded.Add(session.EndedAt?.UtcDateTime);
        insertReferences.Add(session.OperatorReference);
        insertDocuments.Add(op.Document!);
        insertAdmissions.Add(op.Commit.Admission is not null);
        if (op.Commit.Admission is { } admission) Admit(admission, op.WriteId);
    }

    private void Admit(Admission admission, long fence)
    {
        if (admission.ExpectedFence == 0)
        {
            newKeys.Add(admission.DeviceKey.Value);
            newFences.Add(fence);
        }
        else
        {
            knownKeys.Add(admission.DeviceKey.Value);
            knownExpected.Add(admission.ExpectedFence);
            knownFences.Add(fence);
        }
    }

    private void Update(QosSession session, long writeId)
    {
        updateIds.Add(session.Id.Value);
        updatePhases.Add((short)session.Phase);
        updateStatusInfos.Add((short?)session.StatusInfo);
        updateSettled.Add(session.CreateSettled);
        updateHoldsFlow.Add(session.HoldsFlow);
        updateDurations.Add(Seconds(session.Duration));
        updateAttempts.Add(session.Attempts);
        updateSequences.Add(session.EventSequence);
        updateVersions.Add(session.Version);
        updateWrites.Add(writeId);
        updateDue.Add(session.DueAt.UtcDateTime);
        updateStarted.Add(session.StartedAt?.UtcDateTime);
        updateEnded.Add(session.EndedAt?.UtcDateTime);
        updateReferences.Add(session.OperatorReference);
    }

    private void Delete(QosSession session)
    {
        deleteIds.Add(session.Id.Value);
        deleteVersions.Add(session.Version);
    }

    private void Tell(QosStatusChanged change)
    {
        eventIds.Add(change.EventId);
        eventSessions.Add(change.SessionId.Value);
        eventSequences.Add(change.Sequence);
        eventSurfaces.Add(change.Surface);
        eventStatuses.Add((short)change.Status);
        eventStatusInfos.Add((short?)change.StatusInfo);
        eventTimes.Add(change.OccurredAt.UtcDateTime);
        eventSinks.Add(change.Sink.Url.OriginalString);
        eventTokens.Add(change.Sink.ProtectedToken);
        eventTokenEnds.Add(change.Sink.TokenExpiresAt?.UtcDateTime);
        eventTokenParameters.Add(change.Sink.TokenParameter);
        eventCorrelators.Add(change.Correlator);
        eventSources.Add(change.Source);
        eventClients.Add(change.ClientId);
    }

    private static int Seconds(TimeSpan duration) => checked((int)(duration.Ticks / TimeSpan.TicksPerSecond));
}
