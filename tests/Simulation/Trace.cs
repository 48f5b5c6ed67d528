using System.Globalization;
using System.Text;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation;

/// <summary>What happened in a world, line by line: the same for the same seed, byte for byte.</summary>
internal sealed class Trace(bool isOn)
{
    private readonly StringBuilder text = new();
    private readonly Dictionary<SessionId, int> numbers = [];
    private Scheduler? scheduler;

    public bool IsOn { get; } = isOn;

    public string Text => text.ToString();

    public void Attach(Scheduler of) => scheduler = of;

    public void Step(TimeSpan now, Step step) => Line(now, $"{step.Node?.Name ?? "world"} {What(step)}");

    public void Note(string what) => Line(scheduler!.Now, what);

    /// <summary>Sessions are numbered as they are met.</summary>
    public string Name(SessionId id)
    {
        if (!numbers.TryGetValue(id, out var number)) numbers[id] = number = numbers.Count + 1;
        return "s" + number.ToString(CultureInfo.InvariantCulture);
    }

    private void Line(TimeSpan now, string what) =>
        text.Append(CultureInfo.InvariantCulture, $"{now.TotalSeconds,9:0.000} ").Append(what).Append('\n');

    /// <summary>The method that goes on, as far as it can be seen.</summary>
    private static string What(Step step)
    {
        var target = step.State is Action continuation ? continuation.Target : step.State;
        var type = target?.GetType();
        var machine = type is { IsGenericType: true } ? type.GenericTypeArguments[^1] : type;
        var isLambda = type is { IsGenericType: false } && type.Name.StartsWith('<');
        return isLambda && step.State is Action { Method: { } method } ? method.Name : machine?.Name ?? step.Call.Method.Name;
    }
}
