using System.Text;
using System.Text.Json.Nodes;
using QodOrleans.Api.Http;
using QodOrleans.Authorization.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests;

/// <summary><c>docs/errors.md</c> is written by this test from the surfaces' own words: set QOD_WRITE_DOCS=true to write it anew.</summary>
public sealed class ErrorsPageTests
{
    private static readonly SessionError[] SessionErrors =
    [
        SessionError.DeviceNotIdentified(),
        SessionError.DeviceInconsistent(),
        SessionError.DeviceNotOfToken(),
        SessionError.ServiceNotApplicable(new OperatorId("acme-pt")),
        SessionError.ProfileUnknown("QOS_X"),
        SessionError.ProfileNotApplicable("QOS_OLD"),
        SessionError.DurationOutOfRange(TimeSpan.FromSeconds(90_000), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(86_400)),
        SessionError.Conflict(),
        SessionError.NotFound(),
        SessionError.NotOwner(),
        SessionError.SessionInactive(QosStatus.Unavailable),
        SessionError.ExtensionRefused(),
        SessionError.OperatorUnavailable(new OperatorId("acme-pt")),
        SessionError.Overloaded(),
        SessionError.StoreUnavailable(),
    ];

    [Fact]
    public void Every_error_is_in_the_page_as_it_is_answered()
    {
        Assert.Equal(Enum.GetValues<SessionErrorCode>(), SessionErrors.Select(error => error.Code));

        var page = Page();
        var file = Path.Combine(Root(), "docs", "errors.md");
        if (Environment.GetEnvironmentVariable("QOD_WRITE_DOCS") == "true") File.WriteAllText(file, page);
        Assert.Equal(page, File.ReadAllText(file), ignoreLineEndingDifferences: true);
    }

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("""
            # Errors

            What each surface answers, and when. This page is generated from the code and checked by a test (`ErrorsPageTests`).
            `…` stands for what depends on the request: the place in the body, the rule, a number to quote to support.

            What the server cannot take for a request is answered before any surface sees it, without a body: 400 for a malformed one and for `%00` in its
            path, 414 for a first line above 16 KiB, 431 for headers above 32 KiB together or more than 100 of them.

            """);
        foreach (var surface in ApiExtensions.Surfaces)
        {
            page.Append($"\n## `{surface.Name}` at `{surface.Root}`\n\n| when | status | answer |\n|---|---|---|\n");
            if (surface.DescribeError is { } describe)
                foreach (var error in SessionErrors) page.Append(Line(error.Code.ToString(), describe(error)));
            foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.None))
                page.Append(Line(kind.ToString(), surface.Describe(new Fault(kind, "…", kind == FaultKind.TooManyRequests ? 1 : 0))));
        }
        return page.ToString();
    }

    private static string Line(string when, ErrorAnswer answer)
    {
        var retry = answer.RetryAfterSeconds > 0 ? $", `Retry-After: {answer.RetryAfterSeconds}`" : "";
        var body = answer.ContentType.Contains("json", StringComparison.Ordinal)
            ? $"`{JsonNode.Parse(answer.Body)!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Replace("|", "\\|", StringComparison.Ordinal)}`"
            : "a page for people";
        return $"| {Words(when)} | {answer.Status}{retry} | {body} |\n";
    }

    /// <summary>DurationOutOfRange is "duration out of range".</summary>
    private static string Words(string name) =>
        string.Concat(name.Select((letter, at) => char.IsUpper(letter) ? (at > 0 ? " " : "") + char.ToLowerInvariant(letter) : letter.ToString()));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "QodOrleans.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
