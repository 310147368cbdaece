namespace Quai.Networks.Ipam.Dhcp;

/// <summary>The way to the servers for one exchange: frames of the parent interface.</summary>
internal interface IDhcpLink : IDisposable
{
    /// <summary>Sends a frame.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation);

    /// <summary>Waits for a frame that may be an answer.</summary>
    /// <returns>Its length.</returns>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation);
}
