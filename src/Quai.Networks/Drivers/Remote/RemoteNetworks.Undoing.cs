using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Networks.Records;
using Quai.Plugins;
using Quai.Plugins.Networks;

namespace Quai.Networks.Drivers.Remote;

/// <summary>What plugins made is taken back, in Docker's order. What one does not take back, because it is not there or does not answer, is tried again at the next start.</summary>
internal sealed partial class RemoteNetworks
{
    /// <summary>Reads what an earlier daemon recorded.</summary>
    /// <param name="recorded">The records of all networks.</param>
    /// <returns>Those of them that were just being made when it died, which are to be forgotten.</returns>
    public IReadOnlyList<NetworkRecord> Load(IReadOnlyList<NetworkRecord> recorded)
    {
        ledger.Load();
        return [.. recorded.Where(r => ledger.Network(r.Id) is { Made: false })];
    }

    /// <summary>An endpoint in use as its plugin made it.</summary>
    public Endpoint Restore(Endpoint endpoint) => ledger.Endpoint(endpoint.Id) is { Interface: { } made } ? Attached(endpoint, made, null) : endpoint;

    /// <summary>Begins to take back what nobody needs any more, one plugin beside the other: one that is not there, or hangs, keeps nobody else waiting.</summary>
    /// <param name="networks">The ids of the networks that there are.</param>
    /// <param name="endpoints">The ids of the endpoints that are kept.</param>
    /// <returns>Ends when all of it is done, or has failed.</returns>
    public Task RecoverAsync(IReadOnlySet<string> networks, IReadOnlySet<string> endpoints)
    {
        ILookup<string, RemoteEndpointRow> left = ledger.Endpoints().Where(r => !endpoints.Contains(r.Id)).ToLookup(r => r.Driver);
        ILookup<string, RemoteNetworkRow> gone = ledger.Networks().Where(r => !networks.Contains(r.Id)).ToLookup(r => r.Driver);
        return Task.WhenAll(left.Select(g => g.Key).Union(gone.Select(g => g.Key)).Select(async driver =>
        {
            foreach (RemoteEndpointRow row in left[driver])
            {
                await UndoAsync(row).ConfigureAwait(false);
            }

            foreach (RemoteNetworkRow row in gone[driver])
            {
                await DeleteAsync(row).ConfigureAwait(false);
            }
        }));
    }

    private Task UndoAsync(RemoteEndpointRow row)
    {
        Task undoing = WorkAsync();
        _undoing[row.Id] = undoing;
        _ = undoing.ContinueWith(_ => _undoing.TryRemove(row.Id, out Task? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return undoing;

        async Task WorkAsync()
        {
            await Task.Yield();
            var endpoint = new PluginEndpoint(row.NetworkId, row.Id);
            if ((row.Step < RemoteStep.Published || await TakeBackAsync(row.Driver, "RevokeExternalConnectivity", row.Id, () => plugins.Withdraw(row.Driver, endpoint)).ConfigureAwait(false))
                && (row.Step < RemoteStep.Joining || await TakeBackAsync(row.Driver, "Leave", row.Id, () => plugins.Leave(row.Driver, endpoint)).ConfigureAwait(false))
                && await TakeBackAsync(row.Driver, "DeleteEndpoint", row.Id, () => plugins.DeleteEndpoint(row.Driver, endpoint)).ConfigureAwait(false))
            {
                await ledger.RemoveAsync(row).ConfigureAwait(false);
            }
        }
    }

    private async Task DeleteAsync(RemoteNetworkRow row)
    {
        if (await TakeBackAsync(row.Driver, "DeleteNetwork", row.Id, () => plugins.DeleteNetwork(row.Driver, row.Id)).ConfigureAwait(false))
        {
            await ledger.RemoveAsync(row).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a call of which the plugin may say what it likes.</summary>
    /// <returns>Whether it said something.</returns>
    private async Task<bool> TakeBackAsync(string driver, string call, string id, Action action)
    {
        try
        {
            await PluginThread.RunAsync(action).ConfigureAwait(false);
            return true;
        }
        catch (QuaiException e)
        {
            LogKept(logger, driver, call, id, e.Message);
            return e is PluginException { Answered: true };
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "plugin {Plugin} did not do {Call} of {Id}: {Reason}")]
    private static partial void LogKept(ILogger logger, string plugin, string call, string id, string reason);
}
