namespace Quai.EndToEnd.Tests.Networks;

/// <summary>Networks that tests make, and containers on them.</summary>
internal sealed class UserNetworks(QuaidInstance engine)
{
    private const string Sleep = "sh -c 'while :; do sleep 1; done'", Serve = "sh -c 'mkdir /w; echo page >/w/index.html; exec httpd -f -p 80 -h /w'";

    /// <summary>Makes a network; gives its name.</summary>
    public async Task<string> CreateAsync(string options = "")
    {
        string name = engine.Name("net");
        await engine.Docker.OkAsync($"network create {options} {name}");
        return name;
    }

    /// <summary>Makes a network with a subnet of its own; gives its name and the subnet's first three bytes.</summary>
    public async Task<(string Name, string Subnet)> WithSubnetAsync(Func<string, string>? options = null)
    {
        string subnet = engine.Subnet();
        return (await CreateAsync($"--subnet {subnet}.0/24 {options?.Invoke(subnet)}"), subnet);
    }

    /// <summary>Starts a container that does nothing; gives its name.</summary>
    public async Task<string> RunAsync(string network, string options = "", string command = Sleep)
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"run -d --name {name} --network {network} {options} {BusyboxImage.Name} {command}");
        return name;
    }

    /// <summary>Starts a container that serves a page on port 80, which is there when this returns; gives its name.</summary>
    public async Task<string> ServeAsync(string network, string options = "")
    {
        string name = await RunAsync(network, options, Serve);
        await Eventually.HoldsAsync(async () => await ReachesAsync(name, "127.0.0.1") ? null : "the page is not served");
        return name;
    }

    /// <summary>A container's address on a network.</summary>
    public Task<string> AddressAsync(string container, string network) =>
        engine.Docker.InspectAsync(container, $"{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}");

    /// <summary>A field of a network.</summary>
    public Task<string> InspectAsync(string network, string format) => engine.Docker.OkAsync($"network inspect -f '{format}' {network}");

    /// <summary>Whether a container gets the page that is served at an address.</summary>
    public async Task<bool> ReachesAsync(string container, string address) =>
        (await engine.Docker.RunAsync($"exec {container} sh -c 'printf \"GET / HTTP/1.0\\r\\n\\r\\n\" | nc -w 2 {address} 80'")).Stdout.EndsWith("page\n", StringComparison.Ordinal);
}
