using System.Net.Sockets;
using Quai.Errors;

namespace Quai.Build.Sessions;

/// <summary>A socket behind which a client's agent of ssh is: each connection becomes one to the agent. It is removed when disposed.</summary>
internal sealed class AgentSocket : IAsyncDisposable
{
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

    /// <summary>Opens it; only this process's user may connect.</summary>
    /// <param name="path">Where, in a folder that is private. Sockets' paths are short: 107 bytes at most.</param>
    /// <param name="connect">Connects to the agent.</param>
    public static AgentSocket Open(string path, Func<CancellationToken, Task<Stream>> connect)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen();
            return new AgentSocket(path, listener, connect);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
        File.Delete(Path);
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                Socket accepted = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                connections.RemoveAll(c => c.IsCompleted);
                connections.Add(PumpAsync(accepted));
            }
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PumpAsync(Socket accepted)
    {
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await using var near = new NetworkStream(accepted, ownsSocket: true);
            await using Stream far = await _connect(both.Token).ConfigureAwait(false);
            Task[] ways = [near.CopyToAsync(far, both.Token), far.CopyToAsync(near, both.Token)];
            await Task.WhenAny(ways).ConfigureAwait(false);
            await both.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is QuaiException or IOException or SocketException or OperationCanceledException)
        {
            // Whoever connected sees the connection end, as if the agent had gone.
        }
    }
}
