using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quai.Registry.Tests;

/// <summary>A registry that answers as a test wants it to: raw responses by path, over plain HTTP.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Request, byte[]> _answer;
    private readonly Task _serving;

    public FakeRegistry(Func<Request, byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public List<Request> Requests { get; } = [];

    public static byte[] Respond(int status, byte[] body, params string[] headers) => Respond(status, body, body.Length, headers);

    public static byte[] Respond(int status, byte[] body, int contentLength, params string[] headers) =>
    [
        .. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {contentLength}\r\nConnection: close\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n"),
        .. body,
    ];

    public static byte[] Respond(int status, string body, params string[] headers) => Respond(status, Encoding.UTF8.GetBytes(body), headers);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                byte[] buffer = new byte[16384];
                int length = 0;
                while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
                {
                    int count = await stream.ReadAsync(buffer.AsMemory(length), _stop.Token);

                    // A TLS handshake gets what a plain server says to it.
                    if (count == 0 || buffer[0] == 22)
                    {
                        await stream.WriteAsync(Respond(400, "not TLS"), _stop.Token);
                        return;
                    }

                    length += count;
                }

                string[] lines = Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n");
                var request = new Request(lines[0].Split(' ')[1], lines);
                lock (Requests)
                {
                    Requests.Add(request);
                }

                byte[] answer = _answer(request);
                bool trickle = answer.AsSpan().IndexOf("X-Trickle"u8) > 0;
                int head = trickle ? answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4 : answer.Length;
                await stream.WriteAsync(answer.AsMemory(0, head), _stop.Token);
                for (int i = head; i < answer.Length; i++)
                {
                    await Task.Delay(20, _stop.Token);
                    await stream.WriteAsync(answer.AsMemory(i, 1), _stop.Token);
                }

                if (answer.AsSpan().IndexOf("X-Hold"u8) > 0)
                {
                    // Until the client has had enough.
                    _ = await stream.ReadAsync(buffer, _stop.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
            }
        }
    }

    internal sealed record Request(string Path, string[] Lines)
    {
        public string? Header(string name) =>
            Lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } line ? line[(name.Length + 1)..].Trim() : null;
    }
}
