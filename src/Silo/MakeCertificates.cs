using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QodOrleans.Silo;

/// <summary>The verb <c>make-certificates DIR</c>: what <c>Qod:Cluster:Tls</c> wants, for a cluster on one's own machine, without OpenSSL's programs. The
/// authority makes one certificate, for all processes, and then its key is forgotten: nobody can make another.</summary>
internal static class MakeCertificates
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>Clocks of other machines may be behind.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>Writes <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c>, named as in Kubernetes, over those that are there.</summary>
    public static void Run(string folder, TimeProvider time)
    {
        var (begin, end) = (time.GetUtcNow() - Margin, time.GetUtcNow() + Lifetime);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=QodOrleans cluster's throw-away authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        // By which an authority is told from others of its name: those of earlier runs.
        var identifier = new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, critical: false);
        authorityRequest.CertificateExtensions.Add(identifier);
        using var authority = authorityRequest.CreateSelfSigned(begin, end);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=QodOrleans cluster", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        using var certificate = request.Create(authority, begin, end, RandomNumberGenerator.GetBytes(16));

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        var ownerOnly = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) ownerOnly.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(Path.Combine(folder, "tls.key"), ownerOnly);
        file.Write(key.ExportPkcs8PrivateKeyPem());
    }
}
