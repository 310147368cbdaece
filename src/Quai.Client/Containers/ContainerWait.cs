using Quai.Api;
using Quai.Api.Containers;
using Quai.Client.Transport;

namespace Quai.Client.Containers;

/// <summary>A container's end, that was asked for. Whoever starts the container after <see cref="AcceptedAsync"/> misses no end.</summary>
public sealed class ContainerWait : IDisposable
{
    private readonly PendingAnswer _pending;
    private ResponseStream? _response;

    internal ContainerWait(PendingAnswer pending) => _pending = pending;

    /// <summary>Waits until the daemon waits.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task AcceptedAsync(CancellationToken cancellation = default) => _response ??= await _pending.AnswerAsync(cancellation);

    /// <summary>Waits for the end.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task<ContainerWaitResponse> EndAsync(CancellationToken cancellation = default)
    {
        await AcceptedAsync(cancellation);
        return await _response!.ReadAsync(ApiJson.Default.ContainerWaitResponse, cancellation) ?? new ContainerWaitResponse(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _response?.Dispose();
        _pending.Dispose();
    }
}
