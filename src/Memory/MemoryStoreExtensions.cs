using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;

namespace QodOrleans.Memory;

public static class MemoryStoreExtensions
{
    /// <summary>Keeps sessions, events and grants in memory only: they are gone when the process ends.</summary>
    public static IServiceCollection AddMemoryStore(this IServiceCollection services) => services
        .AddSingleton<MemoryStore>()
        .AddSingleton<ISessionStore>(provider => provider.GetRequiredService<MemoryStore>())
        .AddSingleton<IEventOutbox>(provider => provider.GetRequiredService<MemoryStore>())
        .AddSingleton<MemoryGrantStore>()
        .AddSingleton<IGrantStore>(provider => provider.GetRequiredService<MemoryGrantStore>())
        .AddSingleton<ISigningKeyStore>(provider => provider.GetRequiredService<MemoryGrantStore>());
}
