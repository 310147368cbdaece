using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls;

/// <summary>
/// Names that this process alone uses in a network namespace, whatever files and mounts it shares with others or does not. Each is an empty nftables table that
/// belongs to a socket: the kernel lets nobody else have it, only root can make one, and it goes with the process.
/// Kernels before 5.12 have none; there every claim is granted.
/// </summary>
internal sealed class NameClaims : IDisposable
{
    private const int Attempts = 60;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<string> _held = [];
    private NetlinkSocket? _socket;

    /// <summary>Claims a name; false when another process has it and keeps it: the kernel takes its time to let go what belonged to one that has just ended.</summary>
    public async Task<bool> ClaimAsync(string name, CancellationToken cancellation)
    {
        for (int attempt = 0; !TryClaim(name); attempt++)
        {
            if (attempt == Attempts)
            {
                return false;
            }

            await Task.Delay(s_pause, cancellation).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Claims a name; false when another process has it now.</summary>
    public bool TryClaim(string name)
    {
        if (_held.Contains(name))
        {
            return true;
        }

        try
        {
            _socket ??= NftBatch.OpenSocket();
            using var batch = new NftBatch();
            batch.AddOwnedTable($"quai-claim-{name}", "held while a quaid runs");
            batch.Commit(_socket, $"claim {name}");
        }
        catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EEXIST)
        {
            return false;
        }
        catch (LinuxException)
        {
            // A kernel without nftables, or without tables that belong to somebody.
            return true;
        }

        _held.Add(name);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();
}
