using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.EndToEnd.Tests.Escapes.Harness;
using Xunit.Sdk;

namespace Quai.EndToEnd.Tests.Escapes.Mandatory;

/// <summary>What an administrator or a user asked for, to be safe, and did not get: the daemon or the container runs all the same. The controls are the first version.</summary>
public sealed class LostSettings(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const string Image = BusyboxImage.Name;

    private static readonly Attack[] s_attacks =
    [
        Daemon("settings lost: userns-remap, root in a container is the host's", ["--userns-remap", "default"], async docker =>
            (await docker.OkAsync($"run --rm --network none {Image} cat /proc/self/uid_map")).Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"] ? "root is the host's root" : null),
        Daemon("settings lost: authorization-plugin, everybody may do everything (CVE-2024-41110 kind)", ["--authorization-plugin", "deny-all"], async docker =>
            "a request is answered: " + await docker.OkAsync("version -f '{{.Server.Version}}'")),
        Daemon("settings lost: selinux-enabled, no label on a container", ["--selinux-enabled"], async docker =>
            "a container runs, its label is: " + await docker.OkAsync($"run --rm --network none {Image} echo none")),
        Daemon("settings lost: default-runtime, not in the sandbox that was chosen", ["--add-runtime", "runsc=/usr/bin/runsc", "--default-runtime", "runsc"], async docker =>
            "on the host's own kernel: " + await docker.OkAsync($"run --rm --network none {Image} uname -r")),
        Daemon("settings lost: storage-opt size, a container fills the disk", ["--storage-opt", "overlay2.size=1M"], async docker =>
            "beyond the limit: " + (await docker.OkAsync($"run --rm --network none {Image} sh -c 'dd if=/dev/zero of=/big bs=1M count=4 2>/dev/null; stat -c %s /big'"))),
        Daemon("settings lost: rootless, a daemon that is root", ["--rootless"], async docker =>
            "as root: " + await docker.OkAsync($"run --rm --network none {Image} cat /proc/self/uid_map")),
        Daemon("settings lost: icc=false without a firewall to keep it", ["--icc=false", "--iptables=false"], async docker =>
            "containers on one bridge: " + await docker.OkAsync($"run --rm {Image} cat /sys/class/net/eth0/address")),
        Listening("settings lost: tlscacert alone, the API in plain text for everybody", "--tlscacert", "/nonexistent/ca.pem"),
        Listening("settings lost: tlsverify=false, which has meant TLS, the API in plain text", "--tlsverify=false"),
        Container("settings lost: security-opt label, a container without it", "--security-opt label=type:svirt_lxc_net_t --security-opt label=level:s0:c1,c2"),
        Container("settings lost: security-opt apparmor, a container that its profile does not confine", "--security-opt apparmor=no-such-profile"),
        new("settings lost: a network's option for an endpoint, such as a strict rp_filter", async scene =>
        {
            const string Options = "--network name=bridge,driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.rp_filter=1";
            string filter = await scene.Docker.OkAsync($"run --rm {Options} {Image} cat /proc/sys/net/ipv4/conf/eth0/rp_filter");
            return filter == "1" ? null : "it runs with rp_filter " + filter;
        })
        { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [QuaidTheory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    /// <summary>A daemon is started with settings, and if it starts, is looked at.</summary>
    private static Attack Daemon(string name, string[] arguments, Func<DockerClient, Task<string?>> look) => new(name, scene => StartAsync(scene, arguments, look)) { QuaidOnly = true };

    private static Attack Listening(string name, params string[] arguments) =>
        new(name, scene =>
        {
            int port = FreePort();
            return StartAsync(scene, ["-H", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}"), .. arguments], async Task<string?> (_) =>
            {
                using var client = new HttpClient();
                return "in plain text: " + await client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/_ping")));
            });
        })
        { QuaidOnly = true };

    /// <summary>A container is asked for with an option, and runs.</summary>
    private static Attack Container(string name, string options) => new(name, async scene =>
    {
        CommandResult run = await scene.Docker.RunAsync($"run --rm {options} {Image} echo it runs");
        Assert.True(run.ExitCode == 0 || run.Stderr.Contains("cannot be kept", StringComparison.Ordinal) || run.Stderr.Contains("apparmor profile", StringComparison.Ordinal), run.ToString());
        return run.Text.Length > 0 ? run.Text : null;
    })
    { QuaidOnly = true };

    private static async Task<string?> StartAsync(Scene scene, string[] arguments, Func<DockerClient, Task<string?>> look)
    {
        var engine = new QuaidInstance(scene.BinDirectory) { ExtraArguments = arguments };
        try
        {
            await engine.InitializeAsync();
        }
        catch (XunitException e)
        {
            await engine.DisposeAsync();

            // It must be the setting that is refused.
            string word = arguments.First(a => a.StartsWith("--", StringComparison.Ordinal) && a != "--add-runtime").Split('=')[0].TrimStart('-');
            Assert.Matches($"{word}.*(is not available|is of no use|is for ordinary users|uses iptables)|X509 key pair", e.Message);
            return null;
        }

        try
        {
            return await look(engine.Docker);
        }
        finally
        {
            await engine.DisposeAsync();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
