using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Hosting;

/// <summary>Seals the keys of access tokens before they go to the store: who can read the database cannot make tokens.</summary>
public static class SealedTokenKeys
{
    public static IServiceCollection AddSealedTokenKeys(this IServiceCollection services)
    {
        services.AddOptions<KeyManagementOptions>()
            .Configure<ISecretProtector>((options, protector) => options.XmlEncryptor = new Encryptor(protector));
        return services;
    }

    private sealed class Encryptor(ISecretProtector protector) : IXmlEncryptor
    {
        public EncryptedXmlInfo Encrypt(XElement plaintextElement)
        {
            var sealedXml = Convert.ToBase64String(protector.Protect(plaintextElement.ToString(SaveOptions.DisableFormatting)));
            return new EncryptedXmlInfo(new XElement("sealed", sealedXml), typeof(SealedTokenKeysDecryptor));
        }
    }
}

/// <summary>Opens what <see cref="SealedTokenKeys"/> sealed. Found by the name that is stored beside each key: do not rename.</summary>
public sealed class SealedTokenKeysDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) =>
        XElement.Parse(services.GetRequiredService<ISecretProtector>().Unprotect(Convert.FromBase64String(encryptedElement.Value)));
}
