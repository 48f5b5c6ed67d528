using System.Collections;
using Npgsql;
using NpgsqlTypes;

namespace QodOrleans.Postgres.Batching;

/// <summary>The array parameters of a statement that uses <c>unnest</c>. The lists are filled again for each batch and keep their memory.</summary>
internal sealed class ArrayParameters
{
    private readonly List<(string Name, NpgsqlDbType Type, IList Values, Func<NpgsqlParameter> Parameter)> columns = [];

    public List<T> Add<T>(string name, NpgsqlDbType type)
    {
        var values = new List<T>();
        columns.Add((name, type, values, () => new NpgsqlParameter<List<T>>(name, NpgsqlDbType.Array | type) { TypedValue = values }));
        return values;
    }

    public void Clear()
    {
        foreach (var column in columns) column.Values.Clear();
    }

    public NpgsqlCommand CreateCommand(string sql, TimeSpan timeout)
    {
        var command = new NpgsqlCommand(sql) { CommandTimeout = (int)timeout.TotalSeconds };
        foreach (var column in columns) command.Parameters.Add(column.Parameter());
        return command;
    }
}
