using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>A tab of a real browser without a window, spoken to by the DevTools protocol: what a browser library would bring is a program of 200 MB.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(30);

    private readonly ChildProcess process;
    private readonly TemporaryFolder profile;
    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> calls = new();
    private readonly ConcurrentQueue<string> complaints = new();
    private readonly SemaphoreSlim sending = new(1);
    private string? session;
    private int lastCall;

    private Chromium(ChildProcess process, TemporaryFolder profile)
    {
        this.process = process;
        this.profile = profile;
    }

    /// <summary>Errors and warnings of the console, of scripts and of what was to be loaded.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    /// <summary>Null where there is none.</summary>
    public static async Task<string?> FindAsync()
    {
        foreach (var name in new[] { "chromium", "chromium-browser", "google-chrome" })
            if (await ChildProcess.CanRunAsync(name, "--version")) return name;
        return null;
    }

    public static async Task<Chromium> StartAsync(string program)
    {
        var profile = new TemporaryFolder();
        // Its own sandbox does not start as root; the page is ours.
        var process = ChildProcess.Start(program,
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--window-size=1400,1000", "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", "about:blank"]);
        var browser = new Chromium(process, profile);
        try
        {
            var file = Path.Combine(profile.Path, "DevToolsActivePort");
            var lines = await Poll.UntilAsync(
                async () => File.Exists(file) ? await File.ReadAllLinesAsync(file) : [], lines => lines.Length == 2, StartsWithin, "the browser's port");
            await browser.socket.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), CancellationToken.None);
            _ = browser.ListenAsync();
            var target = await browser.CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
            var attached = await browser.CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true });
            browser.session = (string)attached["sessionId"]!;
            foreach (var domain in new[] { "Page", "Runtime", "Log" }) await browser.CallAsync($"{domain}.enable");
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public Task GoToAsync(Uri address) => CallAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() });

    /// <summary>What an expression of JavaScript is, as JSON.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        if (answer["exceptionDetails"] is { } thrown) throw new InvalidOperationException($"{expression}: {thrown.ToJsonString()}");
        return answer["result"]!["value"];
    }

    /// <summary>The text of an element, once it is on the page and has one.</summary>
    public async Task<string> TextAsync(string selector) => (await Poll.UntilAsync(
        async () => (string?)await EvaluateAsync($"document.querySelector({Quoted(selector)})?.innerText.trim()"), text => text is { Length: > 0 }, AnswersWithin, selector))!;

    /// <summary>Presses the mouse on the middle of an element, once it is there, stands still and is covered by nothing.</summary>
    public async Task ClickAsync(string selector)
    {
        var middle = await Poll.UntilAsync(() => EvaluateAsync(
            $$"""
            (async () => {
              const element = document.querySelector({{Quoted(selector)}});
              if (!element) return null;
              element.scrollIntoView({ block: "center", behavior: "instant" });
              const before = element.getBoundingClientRect();
              await new Promise(resolve => setTimeout(resolve, 100));
              const now = element.getBoundingClientRect();
              const [x, y] = [now.x + now.width / 2, now.y + now.height / 2];
              return before.x === now.x && before.y === now.y && element.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
            })()
            """), found => found is not null, AnswersWithin, selector);
        foreach (var type in new[] { "mousePressed", "mouseReleased" })
            await CallAsync("Input.dispatchMouseEvent", new JsonObject
            {
                ["type"] = type, ["x"] = (double)middle![0]!, ["y"] = (double)middle[1]!, ["button"] = "left", ["clickCount"] = 1,
            });
    }

    /// <summary>Chooses from a list, whose window the system would draw.</summary>
    public async Task ChooseAsync(string selector, string text) => Assert.True((bool)(await EvaluateAsync(
        $$"""(() => { const list = document.querySelector({{Quoted(selector)}}); const i = [...list.options].findIndex(o => o.text === {{Quoted(text)}}); list.selectedIndex = i; list.dispatchEvent(new Event("change", { bubbles: true })); return i >= 0; })()"""))!);

    /// <summary>A picture of what is in the window, as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync() => Convert.FromBase64String((string)(await CallAsync("Page.captureScreenshot"))["data"]!);

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        await process.DisposeAsync();
        sending.Dispose();
        // Its helpers may still write for a moment.
        await Poll.UntilAsync(() => Task.FromResult(TryRemoveProfile()), removed => removed, AnswersWithin, profile.Path);
    }

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    private bool TryRemoveProfile()
    {
        try
        {
            profile.Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null)
    {
        var id = Interlocked.Increment(ref lastCall);
        var answered = calls[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null) call["sessionId"] = session;
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
        return await answered.Task.WaitAsync(AnswersWithin, TimeProvider.System);
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                using var message = new MemoryStream();
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    message.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                Take(JsonNode.Parse(message.ToArray())!);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or OperationCanceledException or System.Text.Json.JsonException)
        {
            foreach (var call in calls.Values) call.TrySetException(new InvalidOperationException($"the browser is gone:\n{process.Output}"));
        }
    }

    private void Take(JsonNode message)
    {
        if ((int?)message["id"] is { } id)
        {
            if (!calls.TryRemove(id, out var call)) return;
            if (message["error"] is { } error) call.SetException(new InvalidOperationException(error.ToJsonString()));
            else call.SetResult(message["result"]!);
            return;
        }
        var parameters = message["params"];
        var complaint = (string?)message["method"] switch
        {
            "Runtime.exceptionThrown" => parameters!["exceptionDetails"],
            "Runtime.consoleAPICalled" when (string?)parameters!["type"] is "error" or "warning" or "assert" => parameters["args"],
            "Log.entryAdded" when (string?)parameters!["entry"]!["level"] is "error" or "warning" => parameters["entry"],
            _ => null,
        };
        if (complaint is not null) complaints.Enqueue(complaint.ToJsonString());
    }
}
