using System.Text.RegularExpressions;

namespace QodOrleans.Sdk.Tests;

/// <summary>Each SDK says who it is, in the version that its package has.</summary>
public sealed partial class UserAgentTests
{
    [Theory]
    [InlineData("sdk/node/package.json")]
    [InlineData("sdk/python/pyproject.toml")]
    [InlineData("sdk/python/aggregator_opengateway_sdk/_http.py")]
    [InlineData("sdk/java/src/aggregator/opengatewaysdk/Http.java")]
    public void All_have_the_version_of_this_one(string file) =>
        Assert.Equal(typeof(QodClient).Assembly.GetName().Version!.ToString(3), Version().Match(File.ReadAllText(DeviceAddressTests.Find(file))).Groups[1].Value);

    [GeneratedRegex("""(?:"?version"?\s*[:=]\s*"|QodOrleans-SDK-\w+/)([0-9.]+)""")]
    private static partial Regex Version();
}
