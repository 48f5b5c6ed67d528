using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Connections.Security;

namespace QodOrleans.Hosting.Clustering.Tls;

/// <summary>The certificate in use, and what it lets pass. Its files are looked at again and again: connections that are opened later use what is in them then,
/// those that are open stay. What cannot be used changes nothing.</summary>
/// <remarks>Contents are compared, because Kubernetes changes a mounted secret by a symbolic link above the files, which no watch on the files sees.</remarks>
internal sealed class ClusterCertificates : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>Less than Orleans waits for a connection.</summary>
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Between two warnings of a certificate that is about to end.</summary>
    private static readonly TimeSpan WarnsEvery = TimeSpan.FromHours(1);

    private readonly ClusterTlsOptions files;
    private readonly TimeProvider time;
    private readonly ILogger<ClusterCertificates> log;
    private readonly Lock looking = new();
    private readonly ITimer timer;
    private ClusterCertificate.PemTexts texts;
    private string? complaint;
    private bool isToldOf;
    private DateTimeOffset warnsFrom;
    private volatile ClusterCertificate current;

    /// <exception cref="OptionsValidationException">The settings or their files cannot be used.</exception>
    public ClusterCertificates(IOptions<QodClusterOptions> options, TimeProvider time, ILogger<ClusterCertificates> log)
    {
        (files, this.time, this.log) = (options.Value.Tls, time, log);
        texts = ClusterCertificate.PemTexts.Read(files);
        current = ClusterCertificate.From(texts, files, time.GetUtcNow());
        Log.CertificateInUse(log, current.Certificate.Subject, current.Certificate.NotAfter.ToUniversalTime());
        timer = time.CreateTimer(_ => Look(), null, Period, Period);
    }

    /// <summary>For the library's middleware. A member is who has a certificate of an authority, whichever its name: silos are found by address, and
    /// certificates of pods know none.</summary>
    public TlsOptions Options => new()
    {
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = IsMember,
        HandshakeTimeout = HandshakeTimeout,
        // The library wants one of these, but cannot show the certificates between ours and its authority: "Secure" replaces it.
        LocalServerCertificateSelector = (_, _) => current.Certificate,
        OnAuthenticateAsServer = (_, options) => Secure((SslServerAuthenticationOptions)options.SslServerAuthenticationOptions),
        OnAuthenticateAsClient = (_, options) => Secure((SslClientAuthenticationOptions)options.SslClientAuthenticationOptions),
    };

    internal void Secure(SslServerAuthenticationOptions options)
    {
        var now = current;
        options.ServerCertificateSelectionCallback = null;
        options.ServerCertificateContext = now.Context;
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = now.PolicyAt(time.GetUtcNow());
        // A resumed session would bring a certificate along that was judged earlier.
        options.AllowTlsResume = false;
    }

    internal void Secure(SslClientAuthenticationOptions options)
    {
        var now = current;
        options.ClientCertificateContext = now.Context;
        options.CertificateChainPolicy = now.PolicyAt(time.GetUtcNow());
        options.AllowTlsResume = false;
    }

    /// <summary>Whether the other side is a member. Its chain was built by the policy above.</summary>
    internal bool IsMember(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None) return true;
        Log.CertificateRefused(log, certificate.Subject, chain is null ? errors.ToString() : ClusterCertificate.Faults(chain));
        return false;
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        // A file system that hangs holds up one look, not one more thread each time.
        if (!looking.TryEnter()) return;
        try
        {
            ReadAgain();
            WarnOfEnd();
        }
        finally
        {
            looking.Exit();
        }
    }

    private void ReadAgain()
    {
        try
        {
            var found = ClusterCertificate.PemTexts.Read(files);
            if (!found.AreThoseOf(texts))
            {
                current = ClusterCertificate.From(found, files, time.GetUtcNow());
                (texts, warnsFrom) = (found, default);
                Log.CertificateInUse(log, current.Certificate.Subject, current.Certificate.NotAfter.ToUniversalTime());
            }
            (complaint, isToldOf) = (null, false);
        }
        catch (Exception unusable)
        {
            // At the first look, somebody may still be writing.
            if (complaint == unusable.Message && !isToldOf)
            {
                Log.CertificateUnusable(log, unusable.Message);
                isToldOf = true;
            }
            else if (complaint != unusable.Message)
            {
                (complaint, isToldOf) = (unusable.Message, false);
            }
        }
    }

    /// <summary>Whoever renews certificates has done so before the last tenth of their time.</summary>
    private void WarnOfEnd()
    {
        var (begin, end, now) = (current.Certificate.NotBefore.ToUniversalTime(), current.Certificate.NotAfter.ToUniversalTime(), time.GetUtcNow());
        if (now < warnsFrom || end - now.UtcDateTime > (end - begin) / 10) return;
        Log.CertificateEnds(log, current.Certificate.Subject, end);
        warnsFrom = now + WarnsEvery;
    }
}
