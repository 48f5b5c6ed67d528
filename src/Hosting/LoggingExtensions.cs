using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QodOrleans.Hosting;

public static class LoggingExtensions
{
    /// <summary>Logs on standard error, so that standard output holds nothing but what a script reads: JSON lines in production, plain ones in
    /// the sandbox.</summary>
    public static IHostApplicationBuilder AddQodLogging(this IHostApplicationBuilder builder, bool sandbox)
    {
        // "Logging:LogLevel" has the last word on everything but ASP.NET's line per request: its URL may hold a phone number. As long as that logger logs at
        // all, it costs an Activity for each request, traced or not.
        if (!builder.Configuration.GetSection("Logging:LogLevel").Exists())
        {
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Orleans", LogLevel.Warning);
            // Orleans repeats calls with Polly, which logs a stack trace for each repetition.
            builder.Logging.AddFilter("Polly", LogLevel.Error);
            // Its first check measures from the machine's start, and so warns of a delay of hours.
            builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
            // Orleans logs about its ranges under the name of our class.
            builder.Logging.AddFilter("QodOrleans.Grains.Events.EventInbox", LogLevel.Warning);
        }
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (sandbox) builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        else builder.Logging.AddJsonConsole();
        return builder;
    }
}
