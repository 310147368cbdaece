using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using Quai.Plans.Protocol;

namespace Quai.Runtime.Shims;

/// <summary>The sockets of a container's name server, which its shim keeps.</summary>
/// <param name="ask">Asks the shim; returns the errno that it answers.</param>
internal sealed class ShimNames(Func<PacketKind, int[], CancellationToken, Task<int>> ask)
{
    /// <inheritdoc cref="IShim.NameSocketsAsync"/>
    public async Task<NameSockets?> GetAsync(CancellationToken cancellation)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_SEQPACKET);
        using (ours)
        using (theirs)
        {
            int errno = await ask(PacketKind.NameSockets, [theirs.Number], cancellation).ConfigureAwait(false);
            return errno switch
            {
                0 => NameSockets.Receive(ours.Number),
                Errno.ENOENT or Errno.EINVAL => null,
                _ => throw new LinuxException("shim", errno, "hand out the name server's sockets"),
            };
        }
    }

    /// <inheritdoc cref="IShim.AddNameSocketsAsync"/>
    public async Task<NameSockets?> AddAsync(int pid, CancellationToken cancellation)
    {
        NameSockets made = await NameServerSockets.MakeAsync(pid).ConfigureAwait(false);
        bool kept = false;
        try
        {
            int errno = await ask(PacketKind.KeepNameSockets, [(int)made.Udp.Handle, (int)made.Tcp.Handle], cancellation).ConfigureAwait(false);
            kept = errno == 0;
            return errno is 0 ? made : errno is Errno.EINVAL ? null : throw new LinuxException("shim", errno, "keep the name server's sockets");
        }
        finally
        {
            if (!kept)
            {
                made.Dispose();
            }
        }
    }
}
