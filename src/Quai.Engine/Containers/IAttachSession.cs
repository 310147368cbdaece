namespace Quai.Engine.Containers;

/// <summary>A client attached to a container or exec.</summary>
public interface IAttachSession : IAsyncDisposable
{
    /// <summary>Whether the program has a terminal: the content type is then <c>application/vnd.docker.raw-stream</c>, else <c>…multiplexed-stream</c>.</summary>
    bool Tty { get; }

    /// <summary>Copies both ways until output ends, the client detaches or disconnects. The client's end-of-file closes stdin only.</summary>
    Task RunAsync(Stream fromClient, Stream toClient, CancellationToken cancellation);
}
