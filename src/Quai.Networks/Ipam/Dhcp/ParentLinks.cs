using System.Globalization;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Sockets;
using Quai.Networks.Drivers.Parents;
using Quai.Networks.Ipam.Dhcp.Messages;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>Ways to servers over interfaces of a network namespace: the host's, as the daemon found it.</summary>
/// <param name="find">Finds an interface by its name; null if there is none.</param>
internal sealed class ParentLinks(Func<string, Link?> find) : IDhcpLinks, IDisposable
{
    private const uint TransactionAt = 4;

    private readonly FileDescriptor _namespace = NetworkNamespace.OpenCurrent();

    /// <inheritdoc/>
    public async Task<IDhcpLink> OpenAsync(string parent, uint transaction)
    {
        int index = (find(parent) ?? throw ParentDevice.NotFound(parent)).Index;
        try
        {
            return new Link(
                await NetworkNamespace.RunAsync(_namespace, () => PacketSocket.Open(index, PacketFilter.Datagrams(DhcpFrame.ClientPort, TransactionAt, transaction))).ConfigureAwait(false), parent);
        }
        catch (Exception e)
        {
            throw QuaiException.System($"DHCP cannot be spoken on {parent}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public byte[] HardwareOf(string parent) => Convert.FromHexString((find(parent) ?? throw ParentDevice.NotFound(parent)).Mac);

    /// <inheritdoc/>
    public void Dispose() => _namespace.Dispose();

    private sealed class Link(PacketSocket socket, string parent) : IDhcpLink
    {
        public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation) =>
            _ = await RunAsync(socket.SendAsync(frame, cancellation)).ConfigureAwait(false);

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation) => RunAsync(socket.ReceiveAsync(buffer, cancellation));

        public void Dispose() => socket.Dispose();

        private async ValueTask<int> RunAsync(ValueTask<int> call)
        {
            try
            {
                return await call.ConfigureAwait(false);
            }
            catch (System.Net.Sockets.SocketException e)
            {
                throw QuaiException.System(string.Create(CultureInfo.InvariantCulture, $"DHCP cannot be spoken on {parent}: {Errno.Message(e.NativeErrorCode)}"), e);
            }
        }
    }
}
