using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using QodOrleans.Hosting.Clustering;
using QodOrleans.Hosting.Clustering.Tls;
using QodOrleans.TestSupport;

namespace QodOrleans.Grains.Tests.Clustering;

/// <summary>Whom a member lets in and whom it talks to, and the life of its files. Members shake hands over real connections.</summary>
public sealed class ClusterCertificatesTests : IDisposable
{
    /// <summary>Longer than between two looks at the files.</summary>
    private static readonly TimeSpan ALook = TimeSpan.FromSeconds(2);

    private readonly ManualTimeProvider clock = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("qod-tls-");
    private readonly RecordedLog<ClusterCertificates> said = new();
    private readonly TestAuthority authority;

    public ClusterCertificatesTests() => authority = new TestAuthority(clock);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Members_of_one_authority_accept_each_other_whatever_their_names()
    {
        using var one = Member(authority.Issue(), "one");
        using var other = Member(authority.Issue(), "other");
        Assert.Equal("hello", await TalkAsync(Server(one), Client(other)));
    }

    [Fact]
    public async Task A_certificate_may_come_with_those_between_it_and_its_authority()
    {
        var between = authority.Below();
        var (certificate, key) = between.Issue();
        using var one = Member((certificate + between.Pem, key), "one");
        using var other = Member(authority.Issue(), "other");
        Assert.Equal("hello", await TalkAsync(Server(one), Client(other)));
        Assert.Equal("hello", await TalkAsync(Server(other), Client(one)));
    }

    public static TheoryData<string> Strangers { get; } = ["of another authority", "ended", "not begun", "not for this use", "signed by itself"];

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task A_stranger_is_neither_let_in_nor_talked_to(string stranger)
    {
        using var member = Member(authority.Issue(), "member");
        await Assert.ThrowsAsync<AuthenticationException>(() => TalkAsync(Server(member), StrangeClient(Strange(stranger, TestAuthority.ServerUse))));
        await Assert.ThrowsAsync<AuthenticationException>(() => TalkAsync(StrangeServer(Strange(stranger, TestAuthority.ClientUse)), Client(member)));
        Assert.Equal(2, said.Of(5033).Count(line => line.Contains("CN=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_shows_no_certificate_is_not_let_in()
    {
        using var member = Member(authority.Issue(), "member");
        await Assert.ThrowsAsync<AuthenticationException>(() => TalkAsync(Server(member), StrangeClient(null)));
    }

    [Fact]
    public async Task A_certificate_that_ends_while_its_owner_runs_is_refused_from_then_on_and_its_owner_warns_before()
    {
        using var member = Member(authority.Issue(from: clock.GetUtcNow() - TimeSpan.FromHours(17), to: clock.GetUtcNow() + TimeSpan.FromHours(3)), "member");
        clock.Advance(TimeSpan.FromHours(0.9));
        Assert.Empty(said.Of(5032));
        clock.Advance(TimeSpan.FromHours(1.6));
        // Every hour of the last tenth of its time.
        Assert.Equal(2, said.Of(5032).Count);
        using var other = Member(authority.Issue(), "other");
        Assert.Equal("hello", await TalkAsync(Server(member), Client(other)));

        clock.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<AuthenticationException>(() => TalkAsync(Server(member), Client(other)));
        await Assert.ThrowsAsync<AuthenticationException>(() => TalkAsync(Server(other), Client(member)));
    }

    [Fact]
    public async Task Certificate_and_authority_are_replaced_step_by_step_while_members_can_always_talk()
    {
        var successor = new TestAuthority(clock);
        using var one = Member(authority.Issue(), "one");
        using var other = Member(authority.Issue(), "other");

        foreach (var step in new Action<string>[]
        {
            name => Files(name).Write(authority, successor),
            name => Files(name).Write(successor.Issue()),
            name => Files(name).Write(successor),
        })
        {
            foreach (var name in new[] { "one", "other" })
            {
                step(name);
                clock.Advance(ALook);
                Assert.Equal("hello", await TalkAsync(Server(one), Client(other)));
                Assert.Equal("hello", await TalkAsync(Server(other), Client(one)));
            }
        }

        await Assert.ThrowsAsync<AuthenticationException>(() => TalkAsync(Server(one), StrangeClient(Loaded(authority.Issue()))));
        Assert.Equal("hello", await TalkAsync(Server(one), StrangeClient(Loaded(successor.Issue()))));
        Assert.Equal(2 + (2 * 3), said.Of(5030).Count);
        Assert.Empty(said.Of(5031));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_change_nothing_and_are_told_of_once_when_they_stay()
    {
        using var member = Member(authority.Issue(), "member");
        using var other = Member(authority.Issue(), "other");
        var (certificate, key) = authority.Issue();

        // Between the two writes of somebody who replaces both, and once more when it takes longer.
        var files = Files("member");
        files.Write(files.CertificateFile, certificate);
        clock.Advance(ALook);
        Assert.Empty(said.Of(5031));
        clock.Advance(ALook * 5);
        Assert.Contains("KeyFile", Assert.Single(said.Of(5031)), StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", said.Of(5031)[0], StringComparison.Ordinal);
        Assert.Equal("hello", await TalkAsync(Server(member), Client(other)));

        foreach (var (file, broken) in new[] { (files.CertificateFile, certificate[..100]), (files.AuthoritiesFile, ""), (files.AuthoritiesFile, new TestAuthority(clock).Pem) })
        {
            var before = said.Of(5031).Count;
            files.Write((certificate, key));
            files.Write(authority);
            clock.Advance(ALook);
            files.Write(file, broken);
            clock.Advance(ALook * 3);
            Assert.Equal(before + 1, said.Of(5031).Count);
            Assert.Equal("hello", await TalkAsync(Server(member), Client(other)));
        }
        File.Delete(files.KeyFile);
        clock.Advance(ALook * 3);
        Assert.Equal("hello", await TalkAsync(Server(member), Client(other)));
    }

    /// <summary>Kubernetes writes a secret into a new folder, and then points a symbolic link, on the way to the files, to it.</summary>
    [Fact]
    public async Task A_secret_that_is_changed_by_a_symbolic_link_is_seen()
    {
        var successor = new TestAuthority(clock);
        Files("before").Write(authority.Issue());
        Files("before").Write(authority);
        Files("after").Write(successor.Issue());
        Files("after").Write(successor);
        var data = Path.Combine(folder.FullName, "data");
        Directory.CreateSymbolicLink(data, "before");
        using var member = Member("data");

        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "after");
        clock.Advance(ALook);

        Assert.Equal("hello", await TalkAsync(Server(member), StrangeClient(Loaded(successor.Issue()))));
    }

    public static TheoryData<string, string> Mistakes { get; } = new()
    {
        { "no certificate file", "CertificateFile" },
        { "no key file", "KeyFile" },
        { "no authorities file", "AuthoritiesFile" },
        { "key setting missing", "KeyFile is missing" },
        { "key of another", "KeyFile" },
        { "certificate is text", "CertificateFile" },
        { "authorities empty", "AuthoritiesFile" },
        { "another authority", "one of the authorities in" },
        { "ended", "NotTimeValid" },
        { "a server's only", "as a client's certificate" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_the_settings_stops_the_start_with_the_settings_name(string mistake, string named)
    {
        var pair = mistake switch
        {
            "ended" => authority.Issue(to: clock.GetUtcNow() - TimeSpan.FromSeconds(1)),
            "a server's only" => authority.Issue(null, null, TestAuthority.ServerUse),
            "key of another" => (authority.Issue().Certificate, authority.Issue().Key),
            "certificate is text" => ("hello", authority.Issue().Key),
            _ => authority.Issue(),
        };
        var files = Files("member");
        files.Write(pair);
        files.Write(files.AuthoritiesFile, mistake switch { "authorities empty" => "", "another authority" => new TestAuthority(clock).Pem, _ => authority.Pem });
        var options = Options("member");
        if (mistake == "no certificate file") File.Delete(files.CertificateFile);
        if (mistake == "no key file") File.Delete(files.KeyFile);
        if (mistake == "no authorities file") File.Delete(files.AuthoritiesFile);
        if (mistake == "key setting missing") options.Tls.KeyFile = "";

        var result = new ClusterTlsValidator(isProductionSilo: false, clock).Validate(null, options);

        Assert.True(result.Failed);
        Assert.Contains(named, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", result.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1", true, false, false)]
    [InlineData("fd00::1", true, false, false)]
    [InlineData("10.0.0.1", true, true, true)]
    [InlineData("127.0.0.1", true, false, true)]
    [InlineData("::1", true, false, true)]
    [InlineData("10.0.0.1", false, false, true)]
    public void Clear_text_beyond_loopback_must_be_allowed_in_production(string address, bool isProductionSilo, bool allowed, bool starts)
    {
        var result = new ClusterTlsValidator(isProductionSilo, clock).Validate(null, new QodClusterOptions { AdvertisedAddress = address, AllowCleartext = allowed });

        Assert.Equal(starts, result.Succeeded);
        if (!starts) Assert.Contains("Qod:Cluster:AllowCleartext", result.FailureMessage, StringComparison.Ordinal);
    }

    private ClusterCertificates Member((string Certificate, string Key) pair, string name)
    {
        Files(name).Write(pair);
        Files(name).Write(authority);
        return Member(name);
    }

    private ClusterCertificates Member(string name) => new(Microsoft.Extensions.Options.Options.Create(Options(name)), clock, said);

    private QodClusterOptions Options(string name) => new()
    {
        Tls = new ClusterTlsOptions
        {
            CertificateFile = Files(name).CertificateFile,
            KeyFile = Files(name).KeyFile,
            AuthoritiesFile = Files(name).AuthoritiesFile,
        },
    };

    private ClusterTlsFiles Files(string name) => new(Path.Combine(folder.FullName, name));

    private X509Certificate2 Strange(string how, string otherUse) => how switch
    {
        "of another authority" => Loaded(new TestAuthority(clock).Issue()),
        "ended" => Loaded(authority.Issue(to: clock.GetUtcNow() - TimeSpan.FromSeconds(1))),
        "not begun" => Loaded(authority.Issue(from: clock.GetUtcNow() + TimeSpan.FromMinutes(1))),
        "not for this use" => Loaded(authority.Issue(null, null, otherUse)),
        "signed by itself" => SignedByItself(),
        _ => throw new ArgumentOutOfRangeException(nameof(how), how, "unknown"),
    };

    private X509Certificate2 SignedByItself()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        return new CertificateRequest("CN=member", key, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .CreateSelfSigned(clock.GetUtcNow() - TimeSpan.FromDays(1), clock.GetUtcNow() + TimeSpan.FromDays(1));
    }

    private static X509Certificate2 Loaded((string Certificate, string Key) pair) => X509Certificate2.CreateFromPem(pair.Certificate, pair.Key);

    private static Func<Stream, Task<SslStream>> Server(ClusterCertificates member) => async transport =>
    {
        var options = new SslServerAuthenticationOptions();
        member.Secure(options);
        return await ShakeHandsAsync(transport, member, stream => stream.AuthenticateAsServerAsync(options));
    };

    private static Func<Stream, Task<SslStream>> Client(ClusterCertificates member) => async transport =>
    {
        var options = new SslClientAuthenticationOptions();
        member.Secure(options);
        return await ShakeHandsAsync(transport, member, stream => stream.AuthenticateAsClientAsync(options));
    };

    /// <summary>Judges the other side as the library's middleware does.</summary>
    private static async Task<SslStream> ShakeHandsAsync(Stream transport, ClusterCertificates member, Func<SslStream, Task> shakeHands)
    {
        var stream = new SslStream(transport, leaveInnerStreamOpen: false,
            (_, certificate, chain, errors) => certificate is not null && member.Options.RemoteCertificateValidation!((X509Certificate2)certificate, chain, errors));
        await shakeHands(stream);
        return stream;
    }

    private static Func<Stream, Task<SslStream>> StrangeServer(X509Certificate2 certificate) => async transport =>
    {
        var stream = new SslStream(transport);
        await stream.AuthenticateAsServerAsync(certificate);
        return stream;
    };

    private static Func<Stream, Task<SslStream>> StrangeClient(X509Certificate2? certificate) => async transport =>
    {
        var stream = new SslStream(transport, leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync("silo", certificate is null ? null : [certificate], checkCertificateRevocation: false);
        return stream;
    };

    /// <summary>What the client reads of what the server says. Where a side refuses the other, its refusal.</summary>
    private static async Task<string> TalkAsync(Func<Stream, Task<SslStream>> server, Func<Stream, Task<SslStream>> client)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var one = new TcpClient();
        var accepted = listener.AcceptTcpClientAsync();
        await one.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var other = await accepted;

        // Both to their end, however it is: a client of TLS 1.3 is done before its certificate has been judged, and who is refused only sees the line cut.
        var (serving, asking) = (server(other.GetStream()), client(one.GetStream()));
        await ((Task)Task.WhenAll(serving, asking)).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (serving.Exception?.InnerException is AuthenticationException refusal) throw refusal;
        await using var speaker = await serving;
        await using var listening = await asking;
        await speaker.WriteAsync("hello"u8.ToArray());
        var buffer = new byte[5];
        await listening.ReadExactlyAsync(buffer);
        return System.Text.Encoding.ASCII.GetString(buffer);
    }
}
