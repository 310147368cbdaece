using System.Globalization;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Network;

/// <summary>
/// A host with a network namespace of its own, in which its engine runs, between two networks with a neighbour on each. Settings of the whole host can be
/// changed there without touching the machine's. A foreign engine is where it is; its neighbours are wired to the machine.
/// </summary>
internal sealed class PrivateHost : IAsyncDisposable
{
    /// <summary>The host on the first network, its neighbour there, the host on the second, its neighbour there.</summary>
    public const string Address = "198.51.100.1", Neighbour = "198.51.100.2", SecondAddress = "192.0.2.1", SecondNeighbour = "192.0.2.2";

    private static readonly SemaphoreSlim s_machine = new(1, 1);
    private static int s_counter;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"qesc{Environment.ProcessId:x}-{Interlocked.Increment(ref s_counter)}");
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<string> _namespaces = [];
    private readonly Scene _scene;

    private PrivateHost(Scene scene) => _scene = scene;

    /// <summary>Its engine.</summary>
    public QuaidInstance Engine { get; private set; } = null!;

    /// <summary>The client.</summary>
    public DockerClient Docker => Engine.Docker;

    /// <summary>An image with <see cref="FrameProgram"/>.</summary>
    public string Image { get; private set; } = "";

    /// <summary>The engine's bridge.</summary>
    public string Bridge => TestEnvironment.ForeignEngine is null ? Engine.Bridge : "docker0";

    /// <summary>The namespace of the neighbour on the first network.</summary>
    public string NeighbourNamespace => _name + "-a";

    /// <summary>The namespace of the neighbour on the second network.</summary>
    public string SecondNeighbourNamespace => _name + "-b";

    /// <summary>The host's namespace; null for the machine's own.</summary>
    public string? Namespace => TestEnvironment.ForeignEngine is null ? _name : null;

    /// <summary>Makes the host and starts the scene's engine on it.</summary>
    /// <param name="scene">Whose programs run.</param>
    /// <param name="arguments">Further arguments of the daemon.</param>
    /// <param name="sysctls">Settings of the host before the daemon starts.</param>
    public static async Task<PrivateHost> OpenAsync(Scene scene, IReadOnlyList<string>? arguments = null, params string[] sysctls)
    {
        var host = new PrivateHost(scene);
        if (host.Namespace is null)
        {
            await s_machine.WaitAsync();
        }

        try
        {
            await host.WireAsync(sysctls);
            await host.StartAsync(arguments ?? []);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a container of <see cref="Image"/> and gives its name.</summary>
    public async Task<string> RunAsync(string arguments)
    {
        string name = Engine.Name();
        await Docker.OkAsync($"run -d --name {name} {arguments}");
        return name;
    }

    /// <summary>A container's address.</summary>
    public Task<string> AddressOfAsync(string container) => Docker.InspectAsync(container, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");

    /// <summary>A container's hardware address.</summary>
    public Task<string> MacOfAsync(string container) => Docker.InspectAsync(container, "{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}");

    /// <summary>The bridge's own address.</summary>
    public Task<string> GatewayOfAsync(string container) => Docker.InspectAsync(container, "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}");

    /// <summary>The bridge's hardware address.</summary>
    public async Task<string> BridgeMacAsync() => (await ShellAsync($"ip -o link show {Bridge}")).Split("link/ether ")[1].Split(' ')[0];

    /// <summary>Sends a frame from a container.</summary>
    public Task SendAsync(string container, string frame) => Docker.OkAsync($"exec {container} frame send eth0 {frame}");

    /// <summary>What a script prints on the host.</summary>
    public Task<string> ShellAsync(string script) => ShellAsync(Namespace, script);

    /// <summary>What a script prints in a namespace.</summary>
    public static async Task<string> ShellAsync(string? where, string script)
    {
        (string program, string[] words) = Within(where, "/bin/sh", "-c", script);
        return (await RunningCommand.RunAsync(program, words)).Expect().Stdout;
    }

    /// <summary>Starts a program in a namespace; it ends with the host.</summary>
    public RunningCommand Start(string? where, params string[] command)
    {
        (string program, string[] words) = Within(where, command);
        RunningCommand running = RunningCommand.Start(program, words);
        _owned.Add(running);
        return running;
    }

    /// <summary>What a server answers over TCP; null for nothing.</summary>
    public static async Task<string?> CallAsync(string? where, string address, int port)
    {
        (string program, string[] words) = Within(where, "/bin/busybox", "timeout", "4", "busybox", "nc", "-w", "3", address, port.ToString(CultureInfo.InvariantCulture));
        string answer = (await RunningCommand.RunAsync(program, words)).Stdout.Trim();
        return answer.Length > 0 ? answer : null;
    }

    /// <summary>Waits until a server answers.</summary>
    public static Task AnswersAsync(string? where, string address, int port) =>
        Eventually.HoldsAsync(async () => await CallAsync(where, address, port) is null ? $"{address}:{port} does not answer" : null);

    /// <summary>Asks a few times within a second whether an attack has had an effect.</summary>
    public static async Task<string?> GainAsync(Func<Task<string?>> gained)
    {
        for (int i = 0; i < 20; i++)
        {
            if (await gained() is { } gain)
            {
                return gain;
            }

            await Task.Delay(50);
        }

        return null;
    }

    /// <summary>A program and its words in a namespace.</summary>
    public static (string Program, string[] Words) Within(string? where, params string[] command) =>
        where is null ? (command[0], command[1..]) : ("nsenter", [$"--net=/run/netns/{where}", "--", .. command]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }

        foreach (string made in _namespaces)
        {
            await RunningCommand.RunAsync("ip", ["netns", "delete", made]);
        }

        if (Namespace is null)
        {
            s_machine.Release();
        }
    }

    private async Task WireAsync(string[] sysctls)
    {
        if (Namespace is { } own)
        {
            await AddNamespaceAsync(own);

            // A new namespace begins with the machine's settings, whatever they are by now.
            string[] settings = ["net.ipv4.ip_forward=0", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0", "net.ipv6.conf.default.accept_ra=1", .. sysctls];
            await ShellAsync($"ip link set lo up && sysctl -qw {string.Join(' ', settings)}");
        }

        foreach ((string neighbour, string port, string address, string here) in ((string, string, string, string)[])
            [(NeighbourNamespace, PortOf("a"), Neighbour, Address), (SecondNeighbourNamespace, PortOf("b"), SecondNeighbour, SecondAddress)])
        {
            await AddNamespaceAsync(neighbour);
            await ShellAsync($"ip link add {port} type veth peer name eth0 netns {neighbour} && ip addr add {here}/24 dev {port} && ip link set {port} up");

            // Loopback stays down there: 127.0.0.0/8 can then be sent to the network.
            await ShellAsync(neighbour, $"ip link set eth0 up && ip addr add {address}/24 dev eth0 && ip route add default via {here} && sysctl -qw net.ipv4.conf.all.route_localnet=1");
        }
    }

    private string PortOf(string which) => _name[4..] + which;

    private async Task AddNamespaceAsync(string name)
    {
        await RunningCommand.ShellAsync($"ip netns add {name}");
        _namespaces.Add(name);
    }

    private async Task StartAsync(IReadOnlyList<string> arguments)
    {
        if (Namespace is not { } own)
        {
            Engine = _scene.Engine;
        }
        else
        {
            // The engine's usual harness, its daemon wrapped.
            string wrapped = _scene.Scratch();
            foreach (string program in Directory.EnumerateFiles(_scene.BinDirectory))
            {
                File.CreateSymbolicLink(Path.Combine(wrapped, Path.GetFileName(program)), program);
            }

            string daemon = Path.Combine(wrapped, "quaid");
            File.Delete(daemon);
            await File.WriteAllTextAsync(daemon, $"#!/bin/sh\nexec nsenter --net=/run/netns/{own} -- {_scene.BinDirectory}/quaid \"$@\"\n");
            File.SetUnixFileMode(daemon, (UnixFileMode)0b111_101_101);
            Engine = new QuaidInstance(wrapped) { ExtraArguments = arguments };
            _owned.Add(new Stopping(Engine));
            await Engine.InitializeAsync();
        }

        Image = await new Scene(Engine, _scene.BinDirectory, _scene.IsFirstVersion).LoadAsync(await FrameProgram.ImageAsync());
    }

    private sealed class Stopping(QuaidInstance engine) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await engine.DisposeAsync();
    }
}
