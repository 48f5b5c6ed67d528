using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Core.Engine;

/// <summary>Who is asking: the client of the access token, and its user where the token names one.</summary>
/// <param name="Subject">The end user, by a name that only this client knows; null for a 2-legged token.</param>
/// <param name="Line">What a 3-legged token is good for; null for a 2-legged one.</param>
public sealed record Caller(string ClientId, string? Subject = null, SubscriberLine? Line = null)
{
    /// <summary>A client sees its own sessions only, and with a 3-legged token, of these, those of the same user and those on the user's line that were
    /// made without a user.</summary>
    public bool Owns(QosSession session)
    {
        var terms = session.Terms;
        if (terms.ClientId != ClientId) return false;
        if (Subject is null || terms.Subject == Subject) return true;
        return terms.Subject is null && Line is { } line && terms.Operator == line.Operator && terms.Subscriber == line.ToSubscriber();
    }

    /// <summary>Whose sessions a list is to hold, in the store's words; null where all of the client's may be in it.</summary>
    public SessionUser? User(DeviceKeyHasher deviceKeys) =>
        Subject is null ? null : new SessionUser(Subject, Line is { } line ? deviceKeys.KeyOf(line.Operator, line.ToSubscriber()) : null);

    /// <summary>The client, and whether a user stands behind it, not which.</summary>
    public override string ToString() => Subject is null ? ClientId : $"{ClientId} for a user";
}
