using System.Net;
using Quai.Registry.Transport;

namespace Quai.Registry.Tests;

/// <summary>Where a registry is asked, and how much it is trusted.</summary>
public sealed class RegistryEndpointTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("127.0.0.5:5000", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("10.1.0.1:5000", true)]
    [InlineData("10.2.0.1:5000", false)]
    [InlineData("named.example", true)]
    [InlineData("named.example:5000", true)]
    [InlineData("ported.example:5000", true)]
    [InlineData("ported.example", false)]
    [InlineData("other.example", false)]
    public void Insecure_are_loopback_and_what_is_named(string authority, bool insecure) =>
        Assert.Equal(insecure, RegistryEndpoint.IsInsecure(authority, ["10.1.0.0/16", "named.example", "ported.example:5000"], []));

    [Fact]
    public void A_name_is_as_secure_as_its_addresses()
    {
        Assert.True(RegistryEndpoint.IsInsecure("registry.example", ["10.1.0.0/16"], [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("10.1.2.3")]));
        Assert.True(RegistryEndpoint.IsInsecure("registry.example", [], [IPAddress.Loopback]));
        Assert.False(RegistryEndpoint.IsInsecure("registry.example", ["10.1.0.0/16"], [IPAddress.Parse("192.0.2.1")]));
    }

    [Fact]
    public async Task Mirrors_are_for_reading_docker_hub_alone()
    {
        var options = new RegistryOptions { RegistryMirrors = ["https://mirror.invalid/", "http://127.0.0.1:5000/"] };
        Assert.Equal(
            [("https://mirror.invalid/", false, true), ("http://127.0.0.1:5000/", true, true), ("https://registry-1.docker.io/", false, false)],
            (await RegistryEndpoint.ForAsync("docker.io", options, mirrors: true, default)).Select(e => (e.Address.ToString(), e.Insecure, e.Mirror)));
        Assert.Equal(["https://registry-1.docker.io/"], (await RegistryEndpoint.ForAsync("docker.io", options, mirrors: false, default)).Select(e => e.Address.ToString()));
        Assert.Equal(["https://localhost:5000/", "http://localhost:5000/"], (await RegistryEndpoint.ForAsync("localhost:5000", options, mirrors: true, default)).Select(e => e.Address.ToString()));
    }

    [Theory]
    [InlineData("", "docker.io")]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("registry.example:5000", "registry.example:5000")]
    [InlineData("https://registry.example/v2/", "registry.example")]
    public void A_servers_address_names_a_registry(string address, string host) => Assert.Equal(host, RegistryLogin.HostOf(address));
}
