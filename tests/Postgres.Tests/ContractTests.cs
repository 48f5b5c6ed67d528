using QodOrleans.Contracts;

namespace QodOrleans.Postgres.Tests;

public sealed class PostgresSessionStore(PostgresStore fixture) : SessionStoreContract(fixture), IClassFixture<PostgresStore>;

public sealed class PostgresGrantStore(PostgresStore fixture) : GrantStoreContract(fixture), IClassFixture<PostgresStore>;

public sealed class PostgresEventOutbox(PostgresStore fixture) : EventOutboxContract(fixture), IClassFixture<PostgresStore>;
