using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Ipam;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;
using Quai.Plugins;
using Quai.Plugins.Networks;

namespace Quai.Networks.Drivers.Remote;

/// <summary>
/// What plugins do for networks and endpoints, by Docker's protocol. What a plugin is asked for is recorded before, and kept until it has taken it back. Its calls block threads of their own,
/// so a plugin that hangs keeps only its own networks waiting.
/// </summary>
/// <param name="plugins">The host's plugins.</param>
/// <param name="ledger">What they were asked to make.</param>
/// <param name="find">Finds an interface of the host.</param>
/// <param name="logger">For what nobody waits for.</param>
internal sealed partial class RemoteNetworks(NetworkPlugins plugins, RemoteLedger ledger, Func<string, Link?> find, ILogger logger)
{
    // For how long whoever is refused waits until what there was is undone.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Task> _undoing = [];

    /// <summary>Asks a plugin how far its networks reach, before anything is made.</summary>
    /// <exception cref="QuaiException">There is no such plugin, or it does not answer.</exception>
    public Task<string> ScopeAsync(string driver) => PluginThread.RunAsync(() => plugins.Scope(driver));

    /// <summary>Records that a plugin is going to be asked for a network.</summary>
    public Task BeginAsync(NetworkRecord record, string scope) => ledger.PutAsync(new RemoteNetworkRow(record.Id, record.Driver, scope, Made: false));

    /// <summary>Forgets what was begun: the plugin was not asked.</summary>
    public Task ForgetAsync(NetworkRecord record) => ledger.Network(record.Id) is { } row ? ledger.RemoveAsync(row) : Task.CompletedTask;

    /// <summary>Has a network made that is recorded.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer; it is asked to take away what it may have made.</exception>
    public async Task CreateAsync(NetworkRecord record)
    {
        RemoteNetworkRow row = ledger.Network(record.Id)!;
        try
        {
            await PluginThread.RunAsync(() => plugins.CreateNetwork(row.Driver, PluginViews.Of(record, row.Scope))).ConfigureAwait(false);
        }
        catch (PluginException e) when (e.Answered)
        {
            await ledger.RemoveAsync(row).ConfigureAwait(false);
            throw;
        }
        catch
        {
            await PatientlyAsync(DeleteAsync(row)).ConfigureAwait(false);
            throw;
        }

        await ledger.PutAsync(row with { Made = true }).ConfigureAwait(false);
    }

    /// <summary>Refuses a network that its plugin has not yet made.</summary>
    /// <exception cref="QuaiException">It has not.</exception>
    public void CheckMade(Network network)
    {
        if (network.IsPlugins && ledger.Network(network.Id) is not { Made: true })
        {
            throw QuaiException.Conflict($"network {network.Name} is just being made: plugin \"{network.Driver}\" has not yet answered; try again when it has");
        }
    }

    /// <summary>Has a network taken away that is not recorded any more. As in Docker, what the plugin says to that is not the caller's concern.</summary>
    public Task RemoveAsync(NetworkRecord record) => ledger.Network(record.Id) is { } row ? DeleteAsync(row) : Task.CompletedTask;

    /// <summary>Has an endpoint's interface made.</summary>
    /// <param name="endpoint">The endpoint, recorded.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="others">The container's other endpoints.</param>
    /// <returns>The endpoint as the plugin made it.</returns>
    /// <exception cref="QuaiException">The plugin is not there, refuses, does not answer or answers something else; it is asked to take back what it may have made.</exception>
    public async Task<Endpoint> ConnectAsync(Endpoint endpoint, EndpointRequest request, IReadOnlyList<Endpoint> others)
    {
        Network network = endpoint.Network;
        PluginEndpoint told = PluginViews.Of(endpoint, request);
        var row = new RemoteEndpointRow(endpoint.Id, network.Id, network.Driver, RemoteStep.Announced, null);
        await ledger.PutAsync(row).ConfigureAwait(false);
        try
        {
            return await JoinAsync(endpoint, request, others, told, row).ConfigureAwait(false);
        }
        catch
        {
            if (ledger.Endpoint(endpoint.Id) is { } asked)
            {
                await PatientlyAsync(UndoAsync(asked)).ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Has taken back what a plugin made for an endpoint that is out of its sandbox.</summary>
    public Task DisconnectAsync(string endpointId) =>
        !_undoing.ContainsKey(endpointId) && ledger.Endpoint(endpointId) is { } row ? UndoAsync(row) : Task.CompletedTask;

    /// <summary>An endpoint as its plugin made it.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="made">What the plugin made.</param>
    /// <param name="request">What was asked for; null of an endpoint in use.</param>
    public static Endpoint Attached(Endpoint endpoint, RemoteInterface made, EndpointRequest? request)
    {
        SandboxInterface at = endpoint.Interface with { Given = made.Name.Length > 0 ? made.Name : endpoint.Interface.Given };
        EndpointAddress? ipv4 = AddressOf(endpoint.IPv4, made.IPv4, made.Gateway), ipv6 = AddressOf(endpoint.IPv6, made.IPv6, made.Gateway6);
        SandboxSetup setup = MoveMessages.Build(at, made, [.. ((EndpointAddress?[])[ipv4, ipv6]).OfType<EndpointAddress>()], BridgeSysctls.KernelHasIPv6);
        return endpoint with
        {
            Interface = at,
            MacAddress = made.Mac,
            IPv4 = ipv4,
            IPv6 = ipv6,
            Setup = request is null || setup.Messages.Count == 0 ? setup : EndpointExtras.Add(setup, at, endpoint.HostInterface, request),
        };
    }

    private static EndpointAddress? AddressOf(EndpointAddress? leased, string? given, string? gateway)
    {
        EndpointAddress? address = given is null ? leased : InterfaceAddress.Parse(given) is var read ? new EndpointAddress(read.Address, read.PrefixLength, null) : null;
        return address is null ? null : address with { Gateway = gateway is null ? null : IPAddress.Parse(gateway) };
    }

    private async Task<Endpoint> JoinAsync(Endpoint endpoint, EndpointRequest request, IReadOnlyList<Endpoint> others, PluginEndpoint told, RemoteEndpointRow row)
    {
        (Network network, string driver) = (endpoint.Network, row.Driver);
        RemoteInterface chosen;
        try
        {
            PluginInterface? answer = await PluginThread.RunAsync(() => plugins.CreateEndpoint(driver, told)).ConfigureAwait(false);
            chosen = RemoteAnswers.InterfaceOf(driver, told, answer, anyAddress: network.Subnets.Count == 0);
        }
        catch (QuaiException e)
        {
            if (e is not PluginException { Answered: false })
            {
                // It refused, or there was nobody to ask.
                await ledger.RemoveAsync(row).ConfigureAwait(false);
            }

            throw QuaiException.System($"failed to create endpoint {request.ContainerName} on network {network.Name}: {e.Message}", e);
        }

        await ledger.PutAsync(row = row with { Step = RemoteStep.Joining }).ConfigureAwait(false);
        PluginJoin join;
        try
        {
            join = await PluginThread.RunAsync(() => plugins.Join(driver, told, endpoint.ContainerId)).ConfigureAwait(false);
        }
        catch (PluginException e) when (e.Answered)
        {
            await ledger.PutAsync(row with { Step = RemoteStep.Announced }).ConfigureAwait(false);
            throw;
        }

        RemoteInterface made = RemoteAnswers.JoinOf(
            driver, chosen, join, family => endpoint.AddressOf(family) is not null || (family == AddressFamily.InterNetwork ? chosen.IPv4 : chosen.IPv6) is not null, find);
        made = made with { Name = made.Source.Length == 0 ? "" : request.InterfaceName ?? FreeName(join.Prefix, others) };
        await ledger.PutAsync(row = row with { Step = RemoteStep.Joined, Interface = made }).ConfigureAwait(false);
        Endpoint attached = Attached(endpoint, made, request);
        IReadOnlyList<Endpoint> all = [.. others, attached];
        if (SandboxSetup.Gateway(all) == attached || SandboxSetup.Gateway(all, AddressFamily.InterNetworkV6) == attached)
        {
            await PublishAsync(row, told, request).ConfigureAwait(false);
        }

        return attached;
    }

    private async Task PublishAsync(RemoteEndpointRow row, PluginEndpoint told, EndpointRequest request)
    {
        await ledger.PutAsync(row with { Step = RemoteStep.Published }).ConfigureAwait(false);
        try
        {
            await PluginThread.RunAsync(() => plugins.Publish(row.Driver, told)).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            if (e is PluginException { Answered: true })
            {
                await ledger.PutAsync(row).ConfigureAwait(false);
            }

            throw QuaiException.System($"driver failed programming external connectivity on endpoint {request.ContainerName} ({row.Id}): {e.Message}", e);
        }
    }

    private static string FreeName(string prefix, IReadOnlyList<Endpoint> others)
    {
        for (int count = 0; ; count++)
        {
            string name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}{count}");
            if (others.All(o => o.Interface.Name != name))
            {
                return name;
            }
        }
    }

    private static Task PatientlyAsync(Task undoing) => Task.WhenAny(undoing, Task.Delay(s_patience));
}
