using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Quai.Linux;
using Quai.Linux.Sockets;

namespace Quai.Daemon.Hosting;

/// <summary>
/// A client's connection below HTTP. It is placed between Kestrel and the transport for two reasons.
/// Kestrel drops everything written after the client has shut down its sending side; here a client only counts as gone when
/// it really is, so that <c>echo x | docker run -i …</c> gets its output.
/// Also, an attached client takes over the connection: its output goes straight to the socket, so that closing the connection loses nothing.
/// </summary>
internal sealed class ClientLink : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly ConnectionContext _connection;
    private readonly HangupWatcher _watcher;
    private readonly Socket _socket;
    private readonly CancellationTokenRegistration _registration;
    private readonly Lock _gate = new();
    private IDisposable? _watch;
    private bool _disposed;
    private volatile bool _hijacked;

    private ClientLink(ConnectionContext connection, HangupWatcher watcher)
    {
        _connection = connection;
        _watcher = watcher;
        _socket = (connection.Features.Get<IConnectionSocketFeature>() ?? throw new InvalidOperationException("the transport has no sockets")).Socket;
        Output = new NetworkStream(_socket, ownsSocket: false);
        CancellationToken inputEnded = connection.ConnectionClosed;
        connection.ConnectionClosed = _gone.Token;
        _registration = inputEnded.UnsafeRegister(static link => ((ClientLink)link!).OnInputEnded(), this);
    }

    /// <summary>What the client sends beyond what HTTP has consumed. Its end is the client's half-close.</summary>
    public PipeReader Input => _connection.Transport.Input;

    /// <summary>Writes to the client, bypassing Kestrel; when a write returns, the kernel has the data. Over TLS it is the TLS stream.</summary>
    public Stream Output { get; set; }

    /// <summary>The connection middleware that puts a link under each connection.</summary>
    public static Func<ConnectionDelegate, ConnectionDelegate> Middleware(HangupWatcher watcher) => next => async connection =>
    {
        using var link = new ClientLink(connection, watcher);
        connection.Features.Set(link);
        await next(connection);
    };

    /// <summary>Takes the connection over from HTTP: a client that stops sending is still there, over TCP too.</summary>
    public void Hijack() => _hijacked = true;

    /// <summary>Sends a whole file; if nothing is in between, the kernel copies it from its cache directly to the socket.</summary>
    public async Task SendFileAsync(string path, CancellationToken cancellation)
    {
        if (Output is NetworkStream)
        {
            await _socket.SendFileAsync(path, default, default, TransmitFileOptions.UseDefaultWorkerThread, cancellation);
            return;
        }

        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        await file.CopyToAsync(Output, 256 * 1024, cancellation);
    }

    /// <summary>
    /// Waits until the client has read what was sent, or for the given time. Over TCP this cannot be known: then it does not wait.
    /// </summary>
    public async ValueTask TakenAsync(TimeSpan longest, CancellationToken cancellation)
    {
        if (_connection.LocalEndPoint is not UnixDomainSocketEndPoint)
        {
            return;
        }

        for (long start = Stopwatch.GetTimestamp(); SendQueueLength() > 0 && Stopwatch.GetElapsedTime(start) < longest;)
        {
            await Task.Delay(1, cancellation);
        }
    }

    /// <summary>Tells the client that no more comes, in order after what was written. It may still send.</summary>
    public ValueTask EndWritingAsync() => ShutDownAsync(SocketShutdown.Send);

    /// <summary>Reads and discards what the client still sends, to its end or until cancelled. Nobody else may read meanwhile.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellation)
    {
        try
        {
            ReadResult read;
            do
            {
                read = await Input.ReadAsync(cancellation);
                Input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted && !read.IsCanceled);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It has gone, or took too long.
        }
    }

    /// <summary>Closes the connection in both directions.</summary>
    public ValueTask EndAsync() => ShutDownAsync(SocketShutdown.Both);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _watch?.Dispose();
        }

        _registration.Dispose();
        _gone.Dispose();
    }

    private int SendQueueLength()
    {
        try
        {
            return SendQueue.Length(_socket.SafeHandle);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private async ValueTask ShutDownAsync(SocketShutdown how)
    {
        try
        {
            if (Output is System.Net.Security.SslStream tls)
            {
                await tls.ShutdownAsync();
            }

            _socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The client was faster.
        }
    }

    private void OnInputEnded()
    {
        // Cancelling closes the socket, which waits until nobody holds its handle: so not from within.
        if (!IsStillThere())
        {
            Cancel();
        }
    }

    private bool IsStillThere()
    {
        bool taken = false;
        try
        {
            _socket.SafeHandle.DangerousAddRef(ref taken);
            int fd = (int)_socket.SafeHandle.DangerousGetHandle();
            // Over TCP a client that closes looks like one that half-closes until it is written to. Only attached clients half-close, so others are assumed gone.
            bool local = _connection.LocalEndPoint is UnixDomainSocketEndPoint;
            if (HangupPoll.HasHungUp(fd) || (!local && !_hijacked))
            {
                return false;
            }

            lock (_gate)
            {
                if (!_disposed)
                {
                    _watch = _watcher.Watch(fd, Cancel);
                }
            }

            return true;
        }
        catch (Exception e) when (e is ObjectDisposedException or LinuxException)
        {
            return false;
        }
        finally
        {
            if (taken)
            {
                _socket.SafeHandle.DangerousRelease();
            }
        }
    }

    private void Cancel()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }
        }

        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended meanwhile.
        }
    }
}
