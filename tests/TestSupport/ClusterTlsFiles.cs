namespace QodOrleans.TestSupport;

/// <summary>The three files of <c>Qod:Cluster:Tls</c>, named as in Kubernetes, in a folder that is made when the first is written.</summary>
public sealed class ClusterTlsFiles(string folder)
{
    public string CertificateFile { get; } = Path.Combine(folder, "tls.crt");

    public string KeyFile { get; } = Path.Combine(folder, "tls.key");

    public string AuthoritiesFile { get; } = Path.Combine(folder, "ca.crt");

    public void Write((string Certificate, string Key) pair)
    {
        Write(CertificateFile, pair.Certificate);
        Write(KeyFile, pair.Key);
    }

    public void Write(params TestAuthority[] authorities) => Write(AuthoritiesFile, string.Concat(authorities.Select(authority => authority.Pem)));

    /// <param name="file">One of the three.</param>
    public void Write(string file, string text)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(file, text);
    }
}
