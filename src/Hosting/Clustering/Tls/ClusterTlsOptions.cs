namespace QodOrleans.Hosting.Clustering.Tls;

/// <summary>Encryption between silos and gateways, under <c>Qod:Cluster:Tls</c>: all three files, or none for clear text. PEM. They are read again when they
/// change.</summary>
public sealed class ClusterTlsOptions
{
    /// <summary>The certificate that this process shows, both where it connects and where it accepts, and below it in the file those between it and its
    /// authority. It may be used as a server's and as a client's. Whatever names it holds, it makes its owner a member.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The private key of <see cref="CertificateFile"/>, not encrypted.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The root certificates of the authorities whose certificates are members'. Of this file alone: those of the machine do not count.</summary>
    public string? AuthoritiesFile { get; set; }

    /// <summary>Whether anything is set, empty text aside.</summary>
    internal bool IsSet => new[] { CertificateFile, KeyFile, AuthoritiesFile }.Any(file => !string.IsNullOrEmpty(file));
}
