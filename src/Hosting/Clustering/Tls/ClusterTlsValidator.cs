using System.Net;
using Microsoft.Extensions.Options;

namespace QodOrleans.Hosting.Clustering.Tls;

/// <summary>Checks at start that the files can be used, and that nobody sends phone numbers over a network in clear text without having said so.</summary>
/// <param name="isProductionSilo">A gateway sends what its silos let it send: they decide.</param>
internal sealed class ClusterTlsValidator(bool isProductionSilo, TimeProvider time) : IValidateOptions<QodClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, QodClusterOptions options)
    {
        if (!options.Tls.IsSet)
            return isProductionSilo && !options.AllowCleartext && !IPAddress.IsLoopback(IPAddress.Parse(options.AdvertisedAddress))
                ? ValidateOptionsResult.Fail(
                    $"{QodClusterOptions.Section}:AdvertisedAddress is {options.AdvertisedAddress} and Qod:Mode is production, so traffic between silos and gateways must "
                    + $"be encrypted. Set CertificateFile, KeyFile and AuthoritiesFile under {QodClusterOptions.Section}:Tls; or, where nobody else can reach or read that "
                    + $"network, {QodClusterOptions.Section}:AllowCleartext to true.")
                : ValidateOptionsResult.Success;
        try
        {
            ClusterCertificate.Read(options.Tls, time.GetUtcNow());
            return ValidateOptionsResult.Success;
        }
        catch (InvalidOperationException unusable)
        {
            return ValidateOptionsResult.Fail(unusable.Message);
        }
    }
}
