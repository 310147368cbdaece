using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Tests.Dns;

/// <summary>Another server, by UDP and TCP on one port of the loopback. It says what a test has it say.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<Asked> _asked = Channel.CreateUnbounded<Asked>();
    private readonly ConcurrentQueue<Asked> _all = new();
    private readonly Func<Asked, IEnumerable<byte[]>> _answers;
    private readonly Socket _tcp;
    private readonly Task _run;

    /// <param name="answers">The messages that it sends for one that it is sent: none, or several.</param>
    public FakeUpstream(Func<Asked, IEnumerable<byte[]>> answers)
    {
        _answers = answers;
        (Udp, _tcp) = Bind();
        _run = Task.WhenAll(RunUdpAsync(), RunTcpAsync());
    }

    /// <summary>Where it is.</summary>
    public IPEndPoint Address => (IPEndPoint)Udp.LocalEndPoint!;

    /// <summary>The socket on which it is asked by UDP.</summary>
    public Socket Udp { get; }

    /// <summary>All that it was asked.</summary>
    public IReadOnlyCollection<Asked> All => _all;

    /// <summary>One that knows one address for every name.</summary>
    public static FakeUpstream Saying(byte last, uint lifetime = 60) => new(asked => [TestMessages.Answer(asked.Message, 0, [TestMessages.Record(RecordType.A, lifetime, 10, 9, 0, last)])]);

    /// <summary>One that has nothing but a code.</summary>
    public static FakeUpstream Failing(int code) => new(asked => [TestMessages.Answer(asked.Message, code, [])]);

    /// <summary>One that says nothing.</summary>
    public static FakeUpstream Silent() => new(_ => []);

    /// <summary>Waits until it is asked the next question.</summary>
    public async Task<Asked> WhenAskedAsync() => await _asked.Reader.ReadAsync().AsTask().WaitAsync(TestServer.Patience);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _run;
        Udp.Dispose();
        _tcp.Dispose();
        _end.Dispose();
    }

    private static (Socket Udp, Socket Tcp) Bind()
    {
        while (true)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen();
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    private IEnumerable<byte[]> Answer(byte[] message, EndPoint from, bool tcp)
    {
        var asked = new Asked(message, (IPEndPoint)from, tcp);
        _all.Enqueue(asked);
        byte[][] answers = [.. _answers(asked)];
        _asked.Writer.TryWrite(asked);
        return answers;
    }

    private async Task RunUdpAsync()
    {
        byte[] room = new byte[65536];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await Udp.ReceiveFromAsync(room, new IPEndPoint(IPAddress.Any, 0), _end.Token);
                foreach (byte[] answer in Answer(room[..received.ReceivedBytes], received.RemoteEndPoint, tcp: false))
                {
                    await Udp.SendToAsync(answer, received.RemoteEndPoint);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RunTcpAsync()
    {
        try
        {
            while (true)
            {
                using Socket client = await _tcp.AcceptAsync(_end.Token);
                while (await TcpFrames.ReceiveAsync(client, ushort.MaxValue, _end.Token) is { } message)
                {
                    foreach (byte[] answer in Answer(message.Span.ToArray(), client.RemoteEndPoint!, tcp: true))
                    {
                        await TcpFrames.SendAsync(client, PooledMessage.Of(answer), _end.Token);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>A message that it was sent.</summary>
    internal sealed record Asked(byte[] Message, IPEndPoint From, bool Tcp);
}
