namespace QodOrleans.Sdk;

/// <summary>What the aggregator gave the application.</summary>
public sealed record ClientCredentials(string ClientId, string ClientSecret)
{
    /// <summary>Without the secret: credentials end up in logs.</summary>
    public override string ToString() => $"ClientCredentials {{ ClientId = {ClientId} }}";
}
