using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Quai.EndToEnd.Tests.Logging;

/// <summary>A server of logs that only remembers what it was sent: datagrams one by one, connections as one text.</summary>
internal sealed class RecordingServer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<byte[]> _datagrams = [];
    private readonly MemoryStream _text = new();
    private readonly List<Socket> _connections = [];
    private readonly Task _work;

    private RecordingServer(Socket socket, X509Certificate2? certificate)
    {
        _socket = socket;
        _certificate = certificate;
        _work = socket.SocketType == SocketType.Dgram ? ReceiveAsync() : AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>How many connections there were.</summary>
    public int Connections { get; private set; }

    /// <summary>What is answered to whatever comes.</summary>
    public Func<byte[], byte[]>? Answer { get; init; }

    /// <summary>What connections brought, byte for character.</summary>
    public string Text
    {
        get
        {
            lock (_text)
            {
                return Encoding.Latin1.GetString(_text.ToArray());
            }
        }
    }

    /// <summary>What came in datagrams.</summary>
    public IReadOnlyList<byte[]> Datagrams
    {
        get
        {
            lock (_text)
            {
                return [.. _datagrams];
            }
        }
    }

    public static RecordingServer Udp() => Bound(new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), new IPEndPoint(IPAddress.Loopback, 0));

    public static RecordingServer Tcp(int port = 0, X509Certificate2? certificate = null, Func<byte[], byte[]>? answer = null) =>
        Bound(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Loopback, port), certificate, answer);

    public static RecordingServer Unix(string path, bool datagrams)
    {
        File.Delete(path);
        return Bound(new Socket(AddressFamily.Unix, datagrams ? SocketType.Dgram : SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        lock (_text)
        {
            _connections.ForEach(c => c.Dispose());
        }

        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static RecordingServer Bound(Socket socket, EndPoint address, X509Certificate2? certificate = null, Func<byte[], byte[]>? answer = null)
    {
        if (socket.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        }

        socket.Bind(address);
        if (socket.SocketType == SocketType.Stream)
        {
            socket.Listen(16);
        }

        return new RecordingServer(socket, certificate) { Answer = answer };
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[1 << 20];
        while (await _socket.ReceiveAsync(buffer, _stop.Token) is var count)
        {
            lock (_text)
            {
                _datagrams.Add(buffer[..count]);
            }
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> clients = [];
        while (await _socket.AcceptAsync(_stop.Token) is var client)
        {
            Connections++;
            lock (_text)
            {
                _connections.Add(client);
            }

            clients.Add(ServeAsync(client));
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Stream stream = new NetworkStream(client, ownsSocket: true);
        if (_certificate is not null)
        {
            var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(_certificate);
            stream = secure;
        }

        await using (stream)
        {
            byte[] buffer = new byte[1 << 16];
            while (await stream.ReadAsync(buffer, _stop.Token) is > 0 and var count)
            {
                lock (_text)
                {
                    _text.Write(buffer, 0, count);
                }

                if (Answer?.Invoke(buffer[..count]) is { Length: > 0 } answer)
                {
                    await stream.WriteAsync(answer, _stop.Token);
                }
            }
        }
    }
}
