using System.Net;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Core.Tests.Notifications;

public sealed class SinkPolicyTests
{
    private static readonly SinkPolicy Production = new(sandbox: false);
    private static readonly SinkPolicy Sandbox = new(sandbox: true);

    [Theory]
    [InlineData("https://application-server.com")]
    [InlineData("https://application-server.com/notifications?token=c8974e592c2f")]
    [InlineData("HTTPS://Application-Server.COM:8443/a%20b")]
    [InlineData("https://my_app_server/qod-auth-callback")]
    [InlineData("https://xn--e1afmkfd.example/")]
    [InlineData("https://93.184.216.34/")]
    [InlineData("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/")]
    [InlineData("https://[::ffff:93.184.216.34]/")]
    [InlineData("https://example.com/a%23b")]
    [InlineData("https://example.com")]
    [InlineData("https://example.com?x=1")]
    [InlineData("https://example.com:/x")]
    [InlineData("https://example.com/a/%7Euser/b%2Fc?sig=%7E")]
    [InlineData("https://example.com/a;b=1,c:@!$&'()*+/-._~?a/b?c:@!$&'()*+,;=")]
    [InlineData("https://example.com//a/../b")]
    public void Sinks_on_the_internet_are_allowed_everywhere(string sink)
    {
        Assert.True(Production.TryParse(sink, out var url, out _));
        Assert.Equal(new Uri(sink), url);
        Assert.True(Sandbox.TryParse(sink, out _, out _));
    }

    // Plain http and this very machine: for trying things out.
    [Theory]
    [InlineData("http://my-server/notification-uri")]
    [InlineData("http://application-server.com/notifications")]
    [InlineData("https://localhost/")]
    [InlineData("https://LOCALHOST./")]
    [InlineData("https://sink.localhost:9999/")]
    [InlineData("http://127.0.0.1:3000/")]
    [InlineData("http://127.0.0.1:/")]
    [InlineData("http://1.example/")]
    [InlineData("http://example.1a/")]
    [InlineData("http://10.0.0.1.0xg/")]
    [InlineData("https://127.255.255.254/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[0:0:0:0:0:0:0:1]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    public void Http_and_loopback_are_for_the_sandbox_only(string sink)
    {
        Assert.True(Sandbox.TryParse(sink, out _, out var why), why);
        Assert.False(Production.TryParse(sink, out var url, out _));
        Assert.Null(url);
    }

    [Theory]
    // inside: private, shared, link-local, metadata services, benchmarking, multicast, reserved
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://10.255.255.255/")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://172.16.0.1/")]
    [InlineData("https://172.31.255.255/")]
    [InlineData("https://192.0.0.1/")]
    [InlineData("https://192.168.1.1/")]
    [InlineData("https://198.18.0.1/")]
    [InlineData("https://198.19.255.255/")]
    [InlineData("https://224.0.0.1/")]
    [InlineData("https://239.255.255.255/")]
    [InlineData("https://240.0.0.1/")]
    [InlineData("https://255.255.255.255/")]
    [InlineData("https://0.0.0.0/")]
    [InlineData("https://0.1.2.3/")]
    [InlineData("https://0/")]
    [InlineData("https://167772161/")]
    [InlineData("https://0xa000001/")]
    [InlineData("https://012.0.0.1/")]
    [InlineData("https://10.1/")]
    [InlineData("https://10.0.0.1./")]
    [InlineData("https://[::]/")]
    [InlineData("https://[fc00::1]/")]
    [InlineData("https://[fd00:ec2::254]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[fe80::1%25eth0]/")]
    [InlineData("https://[fec0::1]/")]
    [InlineData("https://[ff02::1]/")]
    [InlineData("https://[100::1]/")]
    [InlineData("https://[4000::1]/")]
    // an IPv4 address inside an IPv6 one: mapped, compatible, translated, NAT64, Teredo, 6to4
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[::ffff:a9fe:a9fe]/")]
    [InlineData("https://[::127.0.0.1]/")]
    [InlineData("https://[::10.0.0.1]/")]
    [InlineData("https://[::ffff:0:127.0.0.1]/")]
    [InlineData("https://[64:ff9b::127.0.0.1]/")]
    [InlineData("https://[64:ff9b::7f00:1]/")]
    [InlineData("https://[64:ff9b:1::10.0.0.1]/")]
    [InlineData("https://[2001::7f00:1]/")]
    [InlineData("https://[2002:7f00:1::]/")]
    [InlineData("https://[2002:a00:1::1]/")]
    // IPv4 addresses in spellings that are read in more than one way (RFC 3986, 3.2.2 and 7.4)
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.0.0.1./")]
    [InlineData("https://127.0.0.1.:443/")]
    [InlineData("http://127.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.0.0.01/")]
    [InlineData("http://0x7f.0.0.1:8080/")]
    [InlineData("http://0x/")]
    [InlineData("http://example.0X1f/")]
    [InlineData("http://93.184.216.34./")]
    [InlineData("http://0135.184.216.34/")]
    [InlineData("http://1.2.3.4.5/")]
    [InlineData("http://256.0.0.1/")]
    [InlineData("http://example.127/")]
    [InlineData("http://127.0.0.%31/")]
    [InlineData("http://%31%32%37.0.0.1/")]
    // user information, fragments
    [InlineData("https://@example.com/")]
    [InlineData("https://user@example.com/")]
    [InlineData("https://user:password@example.com/")]
    [InlineData("https://:@example.com/")]
    [InlineData("https://127.0.0.1:80@example.com/")]
    [InlineData("https://example.com/a#b")]
    [InlineData("https://example.com/#")]
    // other schemes, other shapes
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/plain,x")]
    [InlineData("/notifications")]
    [InlineData("//example.com/")]
    [InlineData("example.com/notifications")]
    [InlineData("https:example.com")]
    [InlineData("https:///example.com")]
    [InlineData("https://")]
    [InlineData("https://?x")]
    [InlineData("https://example.com:0/")]
    [InlineData("https://example.com:65536/")]
    [InlineData("https://[2606:4700::1111]]/")]
    [InlineData("https://[2606:4700::1111]x/")]
    [InlineData("https://[2606:4700::1111]9100/")]
    [InlineData("https://[2606:4700::1111]]:443/x")]
    [InlineData("https://[2606:4700::1111]:44x/")]
    [InlineData("https://2606:4700::1111]/")]
    [InlineData("https://[93.184.216.34]/")]
    [InlineData("https://[]/")]
    [InlineData("https://example.com:-1/")]
    [InlineData("https://example..com/")]
    [InlineData("")]
    // blanks, controls, backslashes, and what only looks like ASCII
    [InlineData(" https://example.com/")]
    [InlineData("https://example.com/ ")]
    [InlineData("https://example.com/a b")]
    [InlineData("https://example.com/\r\nX-Header: 1")]
    [InlineData("https://example.com\t/")]
    [InlineData("https://example.com/\0")]
    [InlineData("https://example.com\u007f/")]
    [InlineData("https://example.com\\@10.0.0.1/")]
    [InlineData("https:\\\\example.com/")]
    [InlineData("https://１２７.0.0.1/")]
    [InlineData("https://127。0。0。1/")]
    [InlineData("https://ⓛocalhost/")]
    [InlineData("https://exämple.com/")]
    [InlineData("https://example.com/\u0085")]
    [InlineData("https://example.com/\u2028")]
    [InlineData("https://%6c%6fcalhost/")]
    [InlineData("https://localhost%00.example.com/")]
    // no URIs by RFC 3986, although many a reader mends them
    [InlineData("https://example.com/100%")]
    [InlineData("https://example.com/100%2")]
    [InlineData("https://example.com/100%zz")]
    [InlineData("https://example.com/%%20")]
    [InlineData("https://example.com/?sig=%")]
    [InlineData("https://example.com/?a=%+1")]
    [InlineData("https://example.com/{id}")]
    [InlineData("https://example.com/<id>")]
    [InlineData("https://example.com/a|b")]
    [InlineData("https://example.com/a^b")]
    [InlineData("https://example.com/a`b")]
    [InlineData("https://example.com/\"a\"")]
    [InlineData("https://example.com/a[0]")]
    [InlineData("https://example.com/?a[0]=1")]
    [InlineData("https://example.com/[::1]")]
    [InlineData("https:/example.com/")]
    [InlineData("https:example.com://x")]
    [InlineData("https://[::1%25lo]/")]
    [InlineData("https://[::1%lo]/")]
    [InlineData("https://[v1.a]/")]
    public void Everything_else_is_refused_with_a_reason_even_in_the_sandbox(string sink)
    {
        foreach (var policy in (SinkPolicy[])[Production, Sandbox])
        {
            Assert.False(policy.TryParse(sink, out var url, out var why));
            Assert.Null(url);
            Assert.NotEmpty(why);
        }
    }

    [Fact]
    public void A_sink_has_at_most_2048_characters()
    {
        var longest = "https://example.com/".PadRight(2048, 'a');

        Assert.True(Production.TryParse(longest, out _, out _));
        Assert.False(Production.TryParse(longest + "a", out _, out var why));
        Assert.Contains("2048", why);
    }

    /// <summary>At the connection only the address counts: the name may have been pointed elsewhere.</summary>
    [Theory]
    [InlineData("93.184.216.34", true, true)]
    [InlineData("11.0.0.0", true, true)]
    [InlineData("9.255.255.255", true, true)]
    [InlineData("172.15.255.255", true, true)]
    [InlineData("172.32.0.0", true, true)]
    [InlineData("100.63.255.255", true, true)]
    [InlineData("100.128.0.0", true, true)]
    [InlineData("192.167.255.255", true, true)]
    [InlineData("223.255.255.255", true, true)]
    [InlineData("2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true)]
    [InlineData("2003::1", true, true)]
    [InlineData("2001:200::1", true, true)]
    [InlineData("3fff:ffff::1", true, true)]
    [InlineData("::ffff:93.184.216.34", true, true)]
    [InlineData("127.0.0.1", true, false)]
    [InlineData("127.8.9.10", true, false)]
    [InlineData("::1", true, false)]
    [InlineData("::ffff:127.0.0.1", true, false)]
    [InlineData("10.0.0.0", false, false)]
    [InlineData("10.255.255.255", false, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("192.168.0.1", false, false)]
    [InlineData("::ffff:192.168.0.1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("::", false, false)]
    [InlineData("::2", false, false)]
    [InlineData("::127.0.0.1", false, false)]
    [InlineData("fe80::1%1", false, false)]
    [InlineData("fd12:3456::1", false, false)]
    [InlineData("2002:0a00:0001::", false, false)]
    [InlineData("2001:1ff:ffff::", false, false)]
    [InlineData("64:ff9b::a00:1", false, false)]
    [InlineData("1fff:ffff::1", false, false)]
    [InlineData("4000::", false, false)]
    [InlineData("8000::1", false, false)]
    public void Connections_are_made_to_public_addresses_only_and_to_loopback_in_the_sandbox(string address, bool inSandbox, bool inProduction) =>
        Assert.Equal((inSandbox, inProduction), (Sandbox.Allows(IPAddress.Parse(address)), Production.Allows(IPAddress.Parse(address))));
}
