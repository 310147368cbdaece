using System.Diagnostics;
using System.Net;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Tests;

/// <summary>A daemon's networks in a namespace that plays the host, with a namespace outside that is wired to it: 198.51.100.2 there, 198.51.100.1 here, and the same of IPv6.</summary>
internal sealed class TestHost : IDisposable
{
    public const string Address = "198.51.100.1", OutsideAddress = "198.51.100.2", Address6 = "2001:db8:99::1", OutsideAddress6 = "2001:db8:99::2";

    private readonly string _folder = Directory.CreateTempSubdirectory("quai-networks-").FullName;
    private readonly List<IDisposable> _owned = [];

    /// <param name="options">The daemon's settings; null for a usual bridge.</param>
    /// <param name="before">What is done on the host before the daemon starts.</param>
    public TestHost(NetworkOptions? options = null, Action<TestHost>? before = null)
    {
        Options = options ?? new NetworkOptions { Bridge = "quai0", BridgeAddress = "10.231.7.1/24" };
        Host = new NamespaceThread();
        Outside = new NamespaceThread();
        Wire();
        before?.Invoke(this);
        Service = Start([]);
    }

    public NetworkOptions Options { get; set; }

    public NamespaceThread Host { get; }

    public NamespaceThread Outside { get; }

    public MetadataDatabase Database { get; private set; } = null!;

    public NetworkService Service { get; private set; }

    public string BridgeId => Service.Resolve("bridge").Id;

    /// <summary>What a kill leaves: the database and the kernel, while sockets are closed and memory is gone.</summary>
    public void Restart(params string[] running) => Restart(() => { }, running);

    /// <summary>The same, and what is done while there is no service.</summary>
    public void Restart(Action between, params string[] running)
    {
        Host.Run(Service.Dispose);
        between();
        Database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Service = Start([.. running]);
    }

    public Endpoint Lease(string container, params PortRequest[] ports) => Lease(container, Service.Resolve("bridge"), ports);

    public Endpoint Lease(string container, Network network, params PortRequest[] ports) => Lease(new EndpointRequest(container, network.Id, null, null, ports));

    public Endpoint Lease(EndpointRequest request) => Host.Await(() => Service.ConnectAsync(request, CancellationToken.None));

    /// <summary>A container that is started, connected and published.</summary>
    public (NamespaceThread Sandbox, Endpoint Endpoint) Run(string container, params PortRequest[] ports) => Run(Lease(container, ports));

    /// <inheritdoc cref="Run(string, PortRequest[])"/>
    public (NamespaceThread Sandbox, Endpoint Endpoint) Run(string container, Network network, params PortRequest[] ports) => Run(Lease(container, network, ports));

    /// <summary>A container with an endpoint, started, connected and published.</summary>
    public (NamespaceThread Sandbox, Endpoint Endpoint) Run(Endpoint endpoint)
    {
        NamespaceThread sandbox = Own(new NamespaceThread());
        Connect(sandbox, SandboxSetup.Of([endpoint]));
        Host.Await(() => Service.PublishAsync(endpoint, CancellationToken.None));
        return (sandbox, endpoint);
    }

    public void Connect(NamespaceThread sandbox, SandboxSetup setup)
    {
        using NetlinkSocket socket = Host.Run(() => NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE));
        sandbox.Run(() => SandboxExecutor.Execute(setup, socket, Host.Namespace));
    }

    public void Release(string container)
    {
        Host.Await(() => Service.ReleaseAsync(container, CancellationToken.None));
        Host.Await(() => Service.FlushAsync(CancellationToken.None));
    }

    public List<Link> HostLinks() => Host.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        return Links.List(socket);
    });

    /// <summary>What dockerd switches on where it runs beside; without the kernel's module it is off.</summary>
    public void FilterBridgedTraffic(bool on) => Host.Run(() =>
    {
        const string Path = "/proc/sys/net/bridge/bridge-nf-call-iptables";
        if (File.Exists(Path))
        {
            File.WriteAllText(Path, on ? "1" : "0");
        }
    });

    /// <summary>Output of a command run on the host.</summary>
    public string Command(string program, params string[] arguments) => Command(Host, program, arguments);

    public static string Command(NamespaceThread where, string program, params string[] arguments) => where.Run(() =>
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return output;
    });

    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }

        Host.Await(() => Service.DestroyAsync(CancellationToken.None));
        Host.Run(Service.Dispose);
        Database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Outside.Dispose();
        Host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private NetworkService Start(HashSet<string> running) => Host.Run(() =>
    {
        Database = MetadataDatabase.Open(Path.Combine(_folder, "quai.db"), NetworkService.Migrations);
        NetworkService service = NetworkService.Open(Database, Options);
        try
        {
            service.RecoverAsync(running, CancellationToken.None).GetAwaiter().GetResult();
            return service;
        }
        catch
        {
            service.Dispose();
            throw;
        }
    });

    private void Wire()
    {
        Host.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
            using var writer = new NetlinkWriter();
            Send(socket, writer, w => Links.WriteChange(w, new LinkChange { Index = Links.Loopback, Up = true }));
            Send(socket, writer, w => Links.WriteVeth(w, new VethEnd { Name = "out0", Index = 50, Up = true }, new VethEnd { Name = "out0", Index = 50, InNamespace = true, NamespaceDescriptor = Outside.Namespace.Number }));
            Send(socket, writer, w => Addresses.WriteAdd(w, 50, IPAddress.Parse(Address), 24));
            Send(socket, writer, w => Addresses.WriteAdd(w, 50, IPAddress.Parse(Address6), 64));
        });
        Outside.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
            using var writer = new NetlinkWriter();
            Send(socket, writer, w => Links.WriteChange(w, new LinkChange { Index = 50, Up = true }));
            Send(socket, writer, w => Addresses.WriteAdd(w, 50, IPAddress.Parse(OutsideAddress), 24));
            Send(socket, writer, w => Addresses.WriteAdd(w, 50, IPAddress.Parse(OutsideAddress6), 64));

            // So that the outside can try to reach containers past the published ports.
            Send(socket, writer, w => Routes.WriteDefault(w, 50, IPAddress.Parse(Address)));
            Send(socket, writer, w => Routes.WriteDefault(w, 50, IPAddress.Parse(Address6)));
        });
    }

    private static void Send(NetlinkSocket socket, NetlinkWriter writer, Action<NetlinkWriter> write)
    {
        write(writer);
        socket.Request(writer.Written, "wire the test host");
        writer.Clear();
    }
}
