using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QodOrleans.TestSupport;

/// <summary>An authority whose certificates make members of a cluster. All have the same name, as an authority and its successor often do.</summary>
public sealed class TestAuthority
{
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TimeProvider time;
    private readonly X509Certificate2 certificate;

    public TestAuthority(TimeProvider time)
    {
        this.time = time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        certificate = Request("CN=authority", key, isAuthority: true).CreateSelfSigned(Now - TimeSpan.FromDays(1000), Now + TimeSpan.FromDays(1000));
    }

    private TestAuthority(TestAuthority above)
    {
        time = above.time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = above.Sign(Request("CN=between", key, isAuthority: true), Now - TimeSpan.FromDays(900), Now + TimeSpan.FromDays(900));
        certificate = signed.CopyWithPrivateKey(key);
    }

    public string Pem => certificate.ExportCertificatePem() + "\n";

    private DateTimeOffset Now => time.GetUtcNow();

    /// <summary>One that this one has signed.</summary>
    public TestAuthority Below() => new(this);

    /// <param name="from">Default: a day ago.</param>
    /// <param name="to">Default: in 30 days.</param>
    /// <param name="uses">Default: server's and client's.</param>
    /// <returns>Both as PEM.</returns>
    public (string Certificate, string Key) Issue(DateTimeOffset? from = null, DateTimeOffset? to = null, params string[] uses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request("CN=member", key, isAuthority: false);
        var oids = new OidCollection();
        foreach (var use in uses is [] ? [ServerUse, ClientUse] : uses) oids.Add(new Oid(use));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, critical: false));
        using var signed = Sign(request, from ?? Now - TimeSpan.FromDays(1), to ?? Now + TimeSpan.FromDays(30));
        return (signed.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset to)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(certificate, from, to, RandomNumberGenerator.GetBytes(16));
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(isAuthority ? X509BasicConstraintsExtension.CreateForCertificateAuthority() : X509BasicConstraintsExtension.CreateForEndEntity());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}
