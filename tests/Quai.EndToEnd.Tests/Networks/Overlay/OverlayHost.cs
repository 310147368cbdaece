namespace Quai.EndToEnd.Tests.Networks.Overlay;

/// <summary>A daemon in a network namespace of its own, which plays a host. Two of them are wired to each other: 192.0.2.1 and 192.0.2.2.</summary>
internal sealed class OverlayHost : IAsyncDisposable
{
    private OverlayHost(QuaidInstance engine, string address)
    {
        Engine = engine;
        Address = address;
        Networks = new UserNetworks(engine);
        Namespace = $"qov{engine.Slot}x{Environment.ProcessId % 10000}";
        engine.Prelude = $"exec nsenter --net=/run/netns/{Namespace} -- \"$@\";";
    }

    public QuaidInstance Engine { get; }

    public DockerClient Docker => Engine.Docker;

    public UserNetworks Networks { get; }

    public string Address { get; }

    private string Namespace { get; }

    /// <summary>Makes two hosts, and starts their daemons.</summary>
    public static async Task<(OverlayHost One, OverlayHost Other)> MakePairAsync()
    {
        OverlayHost one = new(new QuaidInstance(), "192.0.2.1"), other = new(new QuaidInstance(), "192.0.2.2");
        foreach (OverlayHost host in (OverlayHost[])[one, other])
        {
            await RunningCommand.RunAsync("ip", ["netns", "del", host.Namespace]);
            (await RunningCommand.RunAsync("ip", ["netns", "add", host.Namespace])).Expect();
        }

        (await RunningCommand.RunAsync("ip", ["-n", one.Namespace, "link", "add", "under0", "type", "veth", "peer", "name", "under0", "netns", other.Namespace])).Expect();
        foreach (OverlayHost host in (OverlayHost[])[one, other])
        {
            (await host.CommandAsync("ip", "addr", "add", $"{host.Address}/24", "dev", "under0")).Expect();
            (await host.CommandAsync("ip", "link", "set", "under0", "up")).Expect();
            (await host.CommandAsync("ip", "link", "set", "lo", "up")).Expect();
            await host.Engine.InitializeAsync();
        }

        return (one, other);
    }

    /// <summary>Runs a program on the host.</summary>
    public Task<CommandResult> CommandAsync(params string[] command) => RunningCommand.RunAsync("nsenter", [$"--net=/run/netns/{Namespace}", "--", .. command]);

    /// <summary>Whether the kernel can encrypt, asked in another way than Quai's.</summary>
    public async Task<bool> CanEncryptAsync()
    {
        string[] state = ["src", "198.51.100.77", "dst", "198.51.100.78", "proto", "esp", "spi", "0x100"];
        return (await CommandAsync(["ip", "xfrm", "state", "add", .. state, "mode", "transport", "aead", "rfc4106(gcm(aes))", "0x" + new string('1', 72), "128"])).ExitCode == 0
            && (await CommandAsync(["ip", "xfrm", "state", "delete", .. state])).ExitCode == 0;
    }

    /// <summary>The options of a network between this host and another.</summary>
    /// <param name="other">The other.</param>
    /// <param name="subnet">The subnet's first three bytes; containers of this host are in the part that its address says.</param>
    public string OptionsFor(OverlayHost other, string subnet) =>
        $"-d overlay -o quai.overlay.local={Address} -o quai.overlay.peers={other.Address} -o com.docker.network.driver.overlay.vxlanid_list=4097 --subnet {subnet}.0/24 --ip-range {subnet}.{64 * int.Parse(Address[^1..], System.Globalization.CultureInfo.InvariantCulture)}/26";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Engine.DisposeAsync();
        }
        finally
        {
            await RunningCommand.RunAsync("ip", ["netns", "del", Namespace]);
        }
    }
}
