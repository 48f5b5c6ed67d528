using Microsoft.Extensions.Configuration;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Webhooks.Tests.Formats;

/// <summary>Rows of the program before sources were pinned.</summary>
public sealed class LegacyEventSourceTests
{
    [Theory]
    [InlineData("qod-0.10", "https://qod.example/api/qod/v0/sessions/")]
    [InlineData("telefonica-qod", "https://qod.example/api/tef/qod/sessions/")]
    [InlineData("orange-qod-0.10", "https://qod.example/api/camara/quality-on-demand/orange-lab/qod/v0/sessions/")]
    [InlineData("quality-on-demand-1.1", "https://qod.example/api/quality-on-demand/v1/sessions/")]
    public void An_event_without_a_source_gets_the_one_that_the_program_of_its_time_computed(string surface, string sessions)
    {
        var change = SourceWith("Qod:PublicUrl", "https://qod.example/api/", "Qod:Surfaces:0:Name", "telefonica-qod", "Qod:Surfaces:0:Path", "/tef")
            .Complete(Changes.Of(surface, QosStatus.Available, null, source: null));
        Assert.Equal((sessions + Changes.Session, null), (change.Source, change.Sink.TokenParameter));
    }

    [Theory]
    [InlineData("qod-0.8", "ApiKey", "apikey")]
    [InlineData("qod-0.8.1", "apikey", "apikey")]
    [InlineData("qod-0.8", "Bearer", null)]
    [InlineData("qod-0.8", null, null)]
    [InlineData("qod-0.10", "ApiKey", null)]
    public void The_place_of_its_token_is_the_configured_one_too(string surface, string? setting, string? parameter) => Assert.Equal(
        parameter, SourceWith("Qod:LegacySinkToken", setting).Complete(Changes.Of(surface, QosStatus.Available, null, source: null)).Sink.TokenParameter);

    [Fact]
    public void An_event_with_a_source_stays_as_it_is()
    {
        var change = Changes.Of("qod-0.8", QosStatus.Available, null, source: "https://a.example/1");
        Assert.Same(change, SourceWith("Qod:PublicUrl", "https://qod.example", "Qod:LegacySinkToken", "ApiKey").Complete(change));
    }

    private static LegacyEventSource SourceWith(params string?[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create(pair[0]!, pair[1]))).Build());
}
