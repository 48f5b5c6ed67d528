using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QodOrleans.Hosting.Clustering.Tls;

/// <summary>A certificate with its key, and the authorities whose certificates are members'. Made from the three files of <see cref="ClusterTlsOptions"/>.</summary>
internal sealed class ClusterCertificate
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection authorities;

    private ClusterCertificate(SslStreamCertificateContext context, X509Certificate2Collection authorities) => (Context, this.authorities) = (context, authorities);

    /// <summary>What is shown to the other side: the certificate, and those between it and its authority.</summary>
    public SslStreamCertificateContext Context { get; }

    public X509Certificate2 Certificate => Context.TargetCertificate;

    /// <exception cref="InvalidOperationException">A file is missing or cannot be read, or they do not belong together, or the other members would refuse the
    /// certificate now; the message names the setting and the file.</exception>
    public static ClusterCertificate Read(ClusterTlsOptions files, DateTimeOffset now) => From(PemTexts.Read(files), files, now);

    /// <inheritdoc cref="Read"/>
    public static ClusterCertificate From(PemTexts texts, ClusterTlsOptions files, DateTimeOffset now)
    {
        var certificates = CertificatesOf(texts.Certificate, nameof(files.CertificateFile), files.CertificateFile!);
        var authorities = CertificatesOf(texts.Authorities, nameof(files.AuthoritiesFile), files.AuthoritiesFile!);
        X509Certificate2 own;
        try
        {
            own = X509Certificate2.CreateFromPem(texts.Certificate, texts.Key);
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            throw Unusable(nameof(files.KeyFile), files.KeyFile!, $"does not hold the unencrypted private key, in PEM, of the first certificate in {files.CertificateFile}", refused);
        }
        certificates.RemoveAt(0);

        // Asked as the others will ask, so that a process never changes to a certificate that cuts it off.
        foreach (var (use, name) in new[] { (ServerUse, "server"), (ClientUse, "client") })
        {
            using var chain = new X509Chain { ChainPolicy = PolicyOf(authorities, now) };
            chain.ChainPolicy.ApplicationPolicy.Add(use);
            chain.ChainPolicy.ExtraStore.AddRange(certificates);
            if (!chain.Build(own))
                throw Unusable(nameof(files.CertificateFile), files.CertificateFile!,
                    $"is not, now and as a {name}'s certificate, one of the authorities in {files.AuthoritiesFile}: {Faults(chain)}");
        }
        return new ClusterCertificate(SslStreamCertificateContext.Create(own, certificates, offline: true), authorities);
    }

    /// <summary>How certificates of others are judged at a moment. A policy serves one connection: it collects what the other side sends.</summary>
    public X509ChainPolicy PolicyAt(DateTimeOffset now) => PolicyOf(authorities, now);

    /// <summary>Why a chain was refused, in the platform's words: NotTimeValid, UntrustedRoot, PartialChain…</summary>
    public static string Faults(X509Chain chain) => string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            VerificationTime = now.LocalDateTime,
            // Authorities of clusters rarely publish lists, and a list that cannot be fetched must not part the cluster: an authority that gave away a
            // certificate is replaced (docs/operations.md).
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection CertificatesOf(string text, string setting, string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException refused)
        {
            throw Unusable(setting, file, "holds a certificate that cannot be read", refused);
        }
        return certificates.Count > 0 ? certificates : throw Unusable(setting, file, "holds no certificate in PEM");
    }

    private static InvalidOperationException Unusable(string setting, string file, string what, Exception? cause = null) =>
        new($"{QodClusterOptions.Section}:Tls:{setting}: {file} {what}.", cause);

    /// <summary>What is in the three files. A class, so that nothing prints the key by accident.</summary>
    public sealed class PemTexts
    {
        private PemTexts(string certificate, string key, string authorities) => (Certificate, Key, Authorities) = (certificate, key, authorities);

        public string Certificate { get; }

        public string Key { get; }

        public string Authorities { get; }

        /// <exception cref="InvalidOperationException">A setting is missing, or its file, or the file cannot be read.</exception>
        public static PemTexts Read(ClusterTlsOptions files) => new(
            TextOf(nameof(files.CertificateFile), files.CertificateFile), TextOf(nameof(files.KeyFile), files.KeyFile), TextOf(nameof(files.AuthoritiesFile), files.AuthoritiesFile));

        public bool AreThoseOf(PemTexts other) => (Certificate, Key, Authorities) == (other.Certificate, other.Key, other.Authorities);

        private static string TextOf(string setting, string? file)
        {
            if (string.IsNullOrEmpty(file))
                throw new InvalidOperationException(
                    $"{QodClusterOptions.Section}:Tls:{setting} is missing: encryption takes CertificateFile, KeyFile and AuthoritiesFile, clear text none of them.");
            try
            {
                return File.ReadAllText(file);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw Unusable(setting, file, $"cannot be read: {refused.Message}", refused);
            }
        }
    }
}
