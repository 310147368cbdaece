using Quai.Client;
using Quai.Client.Streams;
using Quai.Client.Transport;
using Quai.Linux;
using Quai.Linux.Terminals;

namespace Quai.Cli.Streams;

/// <summary>
/// Joins this program's standard streams with a container's. Input runs on a separate thread;
/// output runs on the caller's and ends with the container's.
/// </summary>
internal sealed class AttachedStream
{
    private readonly Session _session;
    private readonly Connection _connection;
    private readonly bool _tty;
    private readonly bool _input;
    private readonly bool _output;
    private readonly bool _error;
    private readonly byte[] _detachKeys;
    private byte[]? _savedMode;
    private volatile bool _detached;

    /// <summary>Prepares to join; nothing moves before <see cref="Run"/>.</summary>
    /// <param name="session">Where output goes.</param>
    /// <param name="connection">The hijacked connection, its head read.</param>
    /// <param name="tty">The container has a terminal: its output is one plain stream.</param>
    /// <param name="input">Send standard input.</param>
    /// <param name="output">Show standard output.</param>
    /// <param name="error">Show standard error.</param>
    /// <param name="detachKeys">The keys that leave the container.</param>
    public AttachedStream(Session session, Connection connection, bool tty, bool input, bool output, bool error, byte[] detachKeys)
    {
        _session = session;
        _connection = connection;
        _tty = tty;
        _input = input;
        _output = output;
        _error = error;
        _detachKeys = detachKeys;
    }

    /// <summary>Whether the user left with the detach keys.</summary>
    public bool Detached => _detached;

    /// <summary>Makes the terminal raw and starts sending input.</summary>
    public void Start()
    {
        if (_tty && _input && Input.IsTerminal)
        {
            _savedMode = Terminal.MakeRaw(0);
            AppDomain.CurrentDomain.ProcessExit += RestoreAtExit;
        }

        if (_input)
        {
            new Thread(SendInput, 128 * 1024) { IsBackground = true, Name = "stdin" }.Start();
        }
    }

    /// <summary>Shows output until the container's ends or the user detaches, then restores the terminal.</summary>
    public void Run()
    {
        try
        {
            if (_output || _error)
            {
                CopyOutput();
            }
            else
            {
                Drain();
            }
        }
        catch (Exception error) when (_detached && error is IOException or ConnectionException or ObjectDisposedException)
        {
            // The connection was closed on purpose.
        }
        finally
        {
            Restore();
        }
    }

    /// <summary>Restores the terminal's mode. May be called again.</summary>
    public void Restore()
    {
        byte[]? mode = Interlocked.Exchange(ref _savedMode, null);
        if (mode is not null)
        {
            Terminal.Restore(0, mode);
            AppDomain.CurrentDomain.ProcessExit -= RestoreAtExit;
        }
    }

    private void RestoreAtExit(object? sender, EventArgs e) => Restore();

    private void CopyOutput()
    {
        if (!_tty)
        {
            StdCopy.Copy(_connection.Read, _output ? _session.Out : Stream.Null, _error ? _session.Error : Stream.Null);
            return;
        }

        byte[] buffer = new byte[32 * 1024];
        int count;
        while ((count = _connection.Read(buffer)) > 0)
        {
            _session.Out.Write(buffer.AsSpan(0, count));
        }
    }

    private void Drain()
    {
        byte[] buffer = new byte[4096];
        while (_connection.Read(buffer) > 0)
        {
        }
    }

    private void SendInput()
    {
        byte[] buffer = new byte[32 * 1024];
        var keys = new DetachKeys(_detachKeys);
        var send = new List<byte>();
        bool watch = _tty && Input.IsTerminal;
        try
        {
            int count;
            while ((count = Input.ReadNext(buffer)) > 0)
            {
                if (!watch)
                {
                    _connection.Write(buffer.AsSpan(0, count));
                    continue;
                }

                bool leave = keys.Filter(buffer.AsSpan(0, count), send);
                if (send.Count > 0)
                {
                    _connection.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(send));
                }

                if (leave)
                {
                    _detached = true;
                    _connection.Abort();
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or LinuxException or ObjectDisposedException)
        {
            // The container ended, or the terminal is gone: the end of output will show which.
            return;
        }

        _connection.CloseWrite();
    }
}
