using System.Net.Sockets;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Linux.Trees;

namespace Quai.Build.Steps.Programs;

/// <summary>A socket by which a step's program reaches the client's agent of ssh: each connection becomes one to the agent.</summary>
internal sealed class AgentRelay : IAsyncDisposable
{
    private const uint DefaultMode = 0x180;

    private readonly Socket _listener;
    private readonly Func<Task<Stream>> _connect;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private AgentRelay(string path, Socket listener, Func<Task<Stream>> connect)
    {
        Path = path;
        _listener = listener;
        _connect = connect;
        _accepting = AcceptAsync();
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="path">Where; in a folder of this process's own.</param>
    /// <param name="options">The socket's owner and mode.</param>
    /// <param name="connect">Opens a connection to the agent.</param>
    public static AgentRelay Start(string path, SSHOpt options, Func<Task<Stream>> connect)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, (UnixFileMode)((options.Mode == 0 ? DefaultMode : options.Mode) & 0x1ff));
            Links.SetOwner(path, (int)options.Uid, (int)options.Gid);
            listener.Listen();
            return new AgentRelay(path, listener, connect);
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
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
        File.Delete(Path);
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                Socket accepted = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                open.RemoveAll(t => t.IsCompleted);
                open.Add(ServeAsync(accepted));
            }
        }
        finally
        {
            await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(Socket accepted)
    {
        try
        {
            await using var program = new NetworkStream(accepted, ownsSocket: true);
            await using Stream agent = await _connect().ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task[] both = [program.CopyToAsync(agent, either.Token), agent.CopyToAsync(program, either.Token)];
            await Task.WhenAny(both).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is QuaiException or IOException or SocketException or OperationCanceledException)
        {
            // The program sees its connection end, as if the agent had gone.
        }
    }
}
