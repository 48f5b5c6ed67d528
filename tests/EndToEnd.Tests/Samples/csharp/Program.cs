// Each sample is a program of its own; one project for all spares as many builds.
internal static class Program
{
    public static Task Main(string[] args) => args[0] switch
    {
        "backend_flow" => BackendFlow.Main(args[1..]),
        "backend_sdk" => BackendSdk.Main(args[1..]),
        "frontend_flow" => FrontendFlow.Main(args[1..]),
        "frontend_sdk" => FrontendSdk.Main(args[1..]),
        _ => throw new ArgumentException($"there is no sample {args[0]}"),
    };
}
