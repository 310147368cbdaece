using Quai.Api;
using Quai.Api.Containers;
using Quai.Client.Transport;

namespace Quai.Client.Containers;

/// <summary>A pending request for a container's end. If the container is started after <see cref="AcceptedAsync"/>, its end is not missed.</summary>
public sealed class ContainerWait : IDisposable
{
    private readonly PendingAnswer _pending;
    private ResponseStream? _response;

    internal ContainerWait(PendingAnswer pending) => _pending = pending;

    /// <summary>Waits until the daemon has registered the wait.</summary>
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
