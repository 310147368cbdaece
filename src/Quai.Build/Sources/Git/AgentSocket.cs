using System.Net.Sockets;

namespace Quai.Build.Sources.Git;

/// <summary>A socket behind which a client's agent of ssh is.</summary>
internal sealed class AgentSocket : IAsyncDisposable
{
    private const int Backlog = 8;

    private readonly Socket _listener;
    private readonly Func<CancellationToken, Task<Stream>> _connect;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private AgentSocket(string path, Socket listener, Func<CancellationToken, Task<Stream>> connect)
    {
        Path = path;
        _listener = listener;
        _connect = connect;
        _serving = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Opens it, in a folder that is private.</summary>
    /// <param name="path">Where.</param>
    /// <param name="connect">Connects to the agent.</param>
    public static AgentSocket Open(string path, Func<CancellationToken, Task<Stream>> connect)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(Backlog);
        return new AgentSocket(path, listener, connect);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(PumpAsync(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PumpAsync(Socket socket)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await using var near = new NetworkStream(socket, ownsSocket: true);
        await using Stream far = await _connect(both.Token).ConfigureAwait(false);
        Task[] ways = [near.CopyToAsync(far, both.Token), far.CopyToAsync(near, both.Token)];
        await Task.WhenAny(ways).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
