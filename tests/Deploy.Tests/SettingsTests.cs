using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using QodOrleans.Api;
using QodOrleans.Authorization;
using QodOrleans.Authorization.Limits;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Engine;
using QodOrleans.Grains;
using QodOrleans.Grains.Administration;
using QodOrleans.Hosting;
using QodOrleans.Hosting.Clustering;
using QodOrleans.Operators;
using QodOrleans.Operators.Simulated;
using QodOrleans.Postgres;
using QodOrleans.Webhooks;

namespace QodOrleans.Deploy.Tests;

/// <summary>A setting that nobody reads is a mistake that nobody sees: each that a manifest, an overlay or an image sets is one that a program binds or asks
/// for.</summary>
public sealed partial class SettingsTests
{
    /// <summary>Sections, and the types that they are bound to: each reads what it needs.</summary>
    private static readonly Dictionary<string, Type[]> Sections = new()
    {
        ["Qod:Postgres"] = [typeof(PostgresOptions)],
        ["Qod:Webhooks"] = [typeof(WebhookOptions)],
        ["Qod:Sessions"] = [typeof(SessionPolicy)],
        ["Qod:Engine"] = [typeof(EngineOptions), typeof(SessionCallOptions)],
        [QodClusterOptions.Section] = [typeof(QodClusterOptions), typeof(PollingOptions)],
        [AdministrationOptions.Section] = [typeof(AdministrationOptions)],
        ["Qod:Clients"] = [typeof(ClientOptions[])],
        ["Qod:Authorization"] = [typeof(AuthorizationOptions)],
        ["Qod:RateLimits"] = [typeof(RateLimitOptions)],
        ["Qod:Profiles"] = [typeof(QosProfile[])],
    };

    [Fact]
    public void Every_setting_is_one_that_a_program_reads()
    {
        Assert.True(Set().Count > 10, "the settings have moved");
        Assert.All(Set(), setting => Assert.True(IsRead(setting.Key, setting.Value), $"{setting.Where} sets {setting.Key}, which nothing reads, to {setting.Value}"));
    }

    [Theory]
    [InlineData("Qod:Cluster:SiloNme", "x", false)]
    [InlineData("Qod:Postgres:Writers", "3", true)]
    [InlineData("Qod:Postgres:Writers", "three", false)]
    [InlineData("Qod:Postgres:Wriiters", "3", false)]
    [InlineData("Qod:Operators:0:NumberPrefixes:0", "+34", true)]
    [InlineData("Qod:Operators:0:Simulated:Latency", "00:00:01", true)]
    [InlineData("Qod:Operators:0:Simulated:Latencies", "00:00:01", false)]
    [InlineData("Qod:Operators:0:Resilience:Retries", "2", true)]
    [InlineData("Qod:Operators:0:Prefixes:0", "+34", false)]
    [InlineData("Qod:Clients:0:Secret", "x", false)]
    [InlineData("Qod:AccessTokenLifetime", "01:00:00", true)]
    [InlineData("Qod:Issuer", "x", false)]
    [InlineData("Qod:Authorization:CodeLifetime", "00:01:00", true)]
    [InlineData("Qod:Authorization:Codes", "x", false)]
    [InlineData("Qod:Public", "http://x", false)]
    [InlineData("Qod:Cluster:ProbeTimeout", "00:00:02", true)]
    [InlineData("Qod:Cluster:SiloPort", "11112", true)]
    [InlineData("Qod:Cluster:Tls:KeyFile", "x", true)]
    [InlineData("Qod:Cluster:Tls:Key", "x", false)]
    [InlineData("Qod:Engine:AttemptTimeout", "00:00:03", true)]
    [InlineData("Qod:Engine:CachedSessions", "1000", false)]
    [InlineData("Qod:Administration:Token", "x", true)]
    [InlineData("Qod:Administration:Tokens", "x", false)]
    public void The_check_itself_tells_settings_from_slips(string key, string value, bool read) => Assert.Equal(read, IsRead(key, value));

    [Theory]
    [InlineData("Qod:Engine:CachedSessions", "Qod:Cluster:GrainsIdleFor")]
    [InlineData("Qod:Cluster:DueInFlight", "Qod:Engine:DueInFlight")]
    public void A_setting_that_went_stops_the_host_with_the_name_of_its_successor(string retired, string successor)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new(retired, "100")]);
        var refused = Assert.Throws<InvalidOperationException>(() => HostSettings.Read(configuration, [], defaultPort: 1));
        Assert.Contains(retired, refused.Message, StringComparison.Ordinal);
        Assert.Contains(successor, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Qod:Cluster:DrainTimeout", "00:00:00")]
    [InlineData("Qod:Cluster:SiloPort", "0")]
    [InlineData("Qod:Cluster:ProbeTimeout", "00:02:00")]
    [InlineData("Qod:Cluster:DuePeriod", "00:01:00")]
    [InlineData("Qod:Engine:AttemptTimeout", "00:00:00")]
    [InlineData("Qod:Engine:CallDeadline", "00:00:00")]
    [InlineData("Qod:Engine:MailboxCapacity", "0")]
    [InlineData("Qod:Sessions:CreateWait", "-00:00:01")]
    [InlineData("Qod:Sessions:CreateWait", "00:00:30")]
    public void A_setting_of_the_cluster_out_of_its_range_stops_the_host(string key, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Qod:Postgres:ConnectionString", "Host=/nowhere"), new(key, value)]);
        builder.Services.AddQodSiloHost(builder.Configuration, "ready");
        builder.UseOrleans(silo => silo.UseInMemorySilo(builder.Configuration, GrainsExtensions.OperatorStorage).AddQodGrains(builder.Configuration));
        using var host = builder.Build();
        var refused = Assert.ThrowsAny<Exception>(host.Services.GetRequiredService<IStartupValidator>().Validate);
        Assert.Contains(key.Split(':')[^1], refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bases_settings_are_valid_for_production()
    {
        var configuration = Configure("base");
        Assert.False(HostSettings.Read(configuration, [], defaultPort: 1).IsSandbox);
        Assert.Equal(Uri.UriSchemeHttps, new Uri(Valid(configuration).PublicUrl).Scheme);
    }

    [Fact]
    public void The_development_overlays_settings_are_valid_for_the_sandbox()
    {
        var configuration = Configure("base", "overlays/development");
        Assert.True(HostSettings.Read(configuration, [], defaultPort: 1).IsSandbox);
        Valid(configuration);
    }

    private static ConfigurationManager Configure(params string[] layers)
    {
        var configuration = new ConfigurationManager();
        foreach (var layer in layers)
        {
            var settings = Manifests.Settings(Path.Combine(Manifests.Folder, layer, "settings.env"));
            configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(KeyOf(setting.Key), (string?)setting.Value)));
        }
        return configuration;
    }

    /// <summary>As a host reads them that serves the API: a value out of range throws.</summary>
    private static AuthorizationServerOptions Valid(ConfigurationManager configuration)
    {
        using var services = new ServiceCollection().AddQodApi(configuration).BuildServiceProvider();
        Assert.NotNull(services.GetRequiredService<IOptions<ApiOptions>>().Value);
        return services.GetRequiredService<IOptions<AuthorizationServerOptions>>().Value;
    }

    /// <summary>Whether the name is known and, where it is bound to a type, the value can be.</summary>
    private static bool IsRead(string key, string? value)
    {
        var section = string.Join(':', key.Split(':').Take(2));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value ?? Placeholder(key))]).Build();
        if (Sections.TryGetValue(section, out var types)) return types.Any(Binds);
        try
        {
            if (section == OperatorsOptions.Section)
            {
                // An entry holds its adapter's own section too.
                var entry = configuration.GetSection(string.Join(':', key.Split(':').Take(3)));
                var own = entry.GetSection("Simulated");
                if (own.Exists()) own.Get<SimulatedOptions>(binder => binder.ErrorOnUnknownConfiguration = true);
                else entry.Get<OperatorOptions>(binder => binder.ErrorOnUnknownConfiguration = true);
                return true;
            }
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        return section switch
        {
            "Qod:Keys" => KeySetting().IsMatch(key),
            _ => new[] { typeof(ApiOptions), typeof(AuthorizationServerOptions) }.Any(type => type.GetProperty(key.Split(':')[1]) is { CanWrite: true })
                || Repository.Source.Contains($"\"{key}\"", StringComparison.Ordinal),
        };

        bool Binds(Type type)
        {
            try
            {
                configuration.GetSection(section).Get(type, binder => binder.ErrorOnUnknownConfiguration = true);
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }
    }

    /// <summary>In place of a value that is a secret, or known only in the pod.</summary>
    private static string Placeholder(string key) => key.StartsWith("Qod:Keys", StringComparison.Ordinal) ? Convert.ToBase64String(new byte[32]) : "given elsewhere";

    /// <summary>Everything that is set anywhere, by configuration's keys. A value that stands elsewhere is null.</summary>
    private static List<(string Where, string Key, string? Value)> Set()
    {
        var environment = new List<(string Where, string Name, string? Value)>();
        foreach (var file in Directory.GetFiles(Manifests.Folder, "*.env", SearchOption.AllDirectories))
            environment.AddRange(Manifests.Settings(file).Select(setting => (Path.GetRelativePath(Manifests.Folder, file), setting.Key, (string?)setting.Value)));
        foreach (var workload in Manifests.Workloads)
        {
            foreach (var variable in workload.Container["env"]!.AsArray())
            {
                // Kubernetes takes text only.
                if (variable!["value"] is { } value) Assert.Equal(JsonValueKind.String, value.GetValueKind());
                environment.Add((workload.ToString(), (string)variable["name"]!, (string?)variable["value"]));
            }
        }
        environment.AddRange(ImageSetting().Matches(Repository.Read("deploy", "docker", "Dockerfile"))
            .Select(match => ("Dockerfile", match.Groups[1].Value, (string?)match.Groups[2].Value)));
        // As the manual has people set them, secrets and operators among them.
        environment.AddRange(ManualSetting().Matches(Repository.Read("deploy", "README.md"))
            .Select(match => ("README.md", match.Groups[1].Value, match.Groups[2].Value is { Length: > 0 } value && !value.Contains('$') ? value : null)));
        return [.. environment.Where(setting => setting.Name.StartsWith("Qod", StringComparison.Ordinal)).Select(setting => (setting.Where, KeyOf(setting.Name), setting.Value))];
    }

    private static string KeyOf(string name) => name.Replace("__", ":", StringComparison.Ordinal);

    [GeneratedRegex(@"^Qod:Keys:(Devices|SinkTokens:\d+)$")]
    private static partial Regex KeySetting();

    [GeneratedRegex(@"(Qod__\w+)=(\S*)")]
    private static partial Regex ImageSetting();

    [GeneratedRegex(@"(Qod__\w+)(?:=(\S*))?")]
    private static partial Regex ManualSetting();
}
