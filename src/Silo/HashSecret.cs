using QodOrleans.Authorization;

namespace QodOrleans.Silo;

/// <summary>The verb <c>hash-secret</c>: a secret on standard input, where neither the process list nor the shell's history sees it, and on
/// standard output what belongs into <c>Qod:Clients:n:SecretHash</c>.</summary>
internal static class HashSecret
{
    public static void Run(TextReader input, TextWriter output, TextWriter error)
    {
        var secret = input.ReadLine();
        if (string.IsNullOrEmpty(secret) || secret.Contains('\0'))
        {
            error.WriteLine("hash-secret: the first line of standard input must be the secret, without NUL.");
            Environment.ExitCode = 2;
            return;
        }
        output.WriteLine(ClientSecret.Hash(secret));
    }
}
