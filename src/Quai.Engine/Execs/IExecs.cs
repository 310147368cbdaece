using Quai.Api.Containers;
using Quai.Engine.Containers;

namespace Quai.Engine.Execs;

/// <summary>Further processes in running containers.</summary>
public interface IExecs
{
    /// <summary>Creates an exec. Conflict if the container is not running (<c>container X is not running</c>) or is paused.</summary>
    Task<IdResponse> CreateAsync(string containerId, ExecCreateRequest request, CancellationToken cancellation);

    /// <summary>Starts it with a client attached. The program has been executed when this returns.</summary>
    Task<IAttachSession> StartAsync(string execId, ExecStartRequest request, CancellationToken cancellation);

    /// <summary>Starts it with nobody attached.</summary>
    Task StartDetachedAsync(string execId, CancellationToken cancellation);

    /// <summary>Everything known about it (<c>No such exec instance: x</c>).</summary>
    ExecInspect Inspect(string execId);

    /// <summary>Sets its terminal's size.</summary>
    Task ResizeAsync(string execId, ushort rows, ushort columns, CancellationToken cancellation);
}
