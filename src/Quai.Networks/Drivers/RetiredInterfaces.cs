using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers;

/// <summary>
/// Deletes interfaces of networks that were removed, all that wait at once, in the background. They are recorded until they are gone, so what a crash leaves goes at the next start.
/// Safe for concurrent use.
/// </summary>
/// <param name="database">Where they are recorded.</param>
/// <param name="logger">For what goes wrong.</param>
internal sealed partial class RetiredInterfaces(MetadataDatabase database, ILogger logger) : IDisposable
{
    private readonly NetlinkSocket _socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _waiting = [];
    private bool _working;
    private Task _work = Task.CompletedTask;

    /// <summary>Deletes an interface that is recorded (<see cref="NetworkTables.PutRetired"/>), some time soon.</summary>
    public void Delete(string name)
    {
        lock (_lock)
        {
            _waiting.Add(name);
            if (!_working)
            {
                _working = true;
                _work = Task.Run(WorkAsync);
            }
        }
    }

    /// <summary>Deletes what an earlier daemon did not come to.</summary>
    public Task RecoverAsync()
    {
        List<string> names = database.Read(NetworkTables.Retired);
        return names.Count == 0 ? Task.CompletedTask : DeleteAsync([.. names]);
    }

    /// <summary>Done when an interface of that name is not one of these: its name is free.</summary>
    public Task GoneAsync(string? name)
    {
        lock (_lock)
        {
            return name is not null && _waiting.Contains(name) ? _work : Task.CompletedTask;
        }
    }

    /// <summary>Done when none waits.</summary>
    public Task FlushAsync()
    {
        lock (_lock)
        {
            return _work;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task WorkAsync()
    {
        while (true)
        {
            string[] names;
            lock (_lock)
            {
                names = [.. _waiting];
                if (names.Length == 0)
                {
                    _working = false;
                    return;
                }
            }

            await DeleteAsync(names).ConfigureAwait(false);
            lock (_lock)
            {
                _waiting.ExceptWith(names);
            }
        }
    }

    private async Task DeleteAsync(string[] names)
    {
        try
        {
            DeleteGroup(names);
            await database.WriteAsync(
                connection =>
                {
                    foreach (string name in names)
                    {
                        NetworkTables.DeleteRetired(connection, name);
                    }
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinuxException or ObjectDisposedException or Microsoft.Data.Sqlite.SqliteException)
        {
            // The next start finds them recorded.
            LogNotDeleted(logger, string.Join(", ", names), e.Message);
        }
    }

    private void DeleteGroup(string[] names)
    {
        using var writer = new NetlinkWriter();
        Links.WriteDeleteGroup(writer, InterfaceGroups.Retired);
        try
        {
            _socket.Request(writer.Written, $"delete bridges {string.Join(", ", names)}");
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            // Another daemon in this namespace deleted them together with its own, or the machine was started anew.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "bridges of removed networks ({Names}) could not be deleted and will be at the next start: {Reason}")]
    private static partial void LogNotDeleted(ILogger logger, string names, string reason);
}
