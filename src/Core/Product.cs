using System.Reflection;

namespace QodOrleans.Core;

/// <summary>The name and version that the programs give of themselves.</summary>
public static class Product
{
    /// <summary>For every request that we send, to sinks and to operators: <c>QodOrleans/0.1.0</c>. Some firewalls refuse requests without it.</summary>
    public static string UserAgent { get; } = $"QodOrleans/{Version}";

    /// <summary>Without the commit that the compiler adds.</summary>
    private static string Version => typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
