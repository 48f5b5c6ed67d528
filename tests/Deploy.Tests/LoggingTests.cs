using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QodOrleans.Hosting;

namespace QodOrleans.Deploy.Tests;

public sealed class LoggingTests
{
    private const string RequestLines = "Microsoft.AspNetCore.Hosting.Diagnostics";

    [Theory]
    [InlineData(null, null)]
    [InlineData("Default", "Trace")]
    [InlineData(RequestLines, "Information")]
    public void A_line_per_request_whose_url_may_hold_a_phone_number_is_never_logged(string? category, string? level)
    {
        using var logs = LogsOf(category, level);
        Assert.False(logs.CreateLogger(RequestLines).IsEnabled(LogLevel.Critical));
        Assert.True(logs.CreateLogger("QodOrleans.Api").IsEnabled(LogLevel.Information));
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("Default", "Information", true)]
    public void The_frameworks_say_what_is_wrong_and_more_only_when_asked(string? category, string? level, bool talkative)
    {
        using var logs = LogsOf(category, level);
        foreach (var framework in new[] { "Orleans.Runtime.Silo", "Microsoft.AspNetCore.Routing" })
        {
            Assert.True(logs.CreateLogger(framework).IsEnabled(LogLevel.Warning));
            Assert.Equal(talkative, logs.CreateLogger(framework).IsEnabled(LogLevel.Information));
        }
    }

    private static ILoggerFactory LogsOf(string? category, string? level)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (category is not null) builder.Configuration.AddInMemoryCollection([new($"Logging:LogLevel:{category}", level)]);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.AddQodLogging(sandbox: false);
        return builder.Services.BuildServiceProvider().GetRequiredService<ILoggerFactory>();
    }
}
