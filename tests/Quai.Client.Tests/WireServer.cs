using System.Net.Sockets;
using System.Text;
using Quai.Client.Transport;

namespace Quai.Client.Tests;

/// <summary>A daemon that answers each connection with given bytes, whatever it is asked, and keeps what it was asked.</summary>
internal sealed class WireServer : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"quai-test-{Guid.NewGuid():N}.sock");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public WireServer()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen();
    }

    public Endpoint Endpoint => Endpoint.Parse("unix://" + _path);

    /// <summary>An answer of success with a JSON body, after which the connection may be used again.</summary>
    public static string Ok(string json) => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}";

    /// <summary>Answers requests in the order in which they come, on as many connections as they come on; gives what was asked.</summary>
    public async Task<string[]> AnswerAsync(params string[] answers)
    {
        var asked = new List<string>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = new List<Socket>();
        using var end = new CancellationTokenSource();
        Task accepting = AcceptAsync();
        await all.Task;
        await end.CancelAsync();
        await accepting;
        open.ForEach(c => c.Dispose());
        return [.. asked];

        async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    Socket connection = await _listener.AcceptAsync(end.Token);
                    open.Add(connection);
                    _ = ServeAsync(connection);
                }
            }
            catch (OperationCanceledException)
            {
                // All has been answered.
            }
        }

        async Task ServeAsync(Socket connection)
        {
            while (await ReadAsync(connection) is { Length: > 0 } request)
            {
                string answer;
                lock (asked)
                {
                    answer = answers[asked.Count];
                    asked.Add(request);
                }

                await connection.SendAsync(Encoding.UTF8.GetBytes(answer));
                if (asked.Count == answers.Length)
                {
                    all.TrySetResult();
                }
            }
        }
    }

    /// <summary>A connection on which these bytes come, and its end.</summary>
    public async Task<Connection> ConnectAsync(string wire, bool blocking)
    {
        Socket client = await Endpoint.ConnectAsync(blocking, default);
        using (Socket server = await _listener.AcceptAsync())
        {
            await server.SendAsync(Encoding.ASCII.GetBytes(wire));
        }

        return new Connection(client, new NetworkStream(client), blocking);
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private static async Task<string> ReadAsync(Socket connection)
    {
        byte[] buffer = new byte[64 * 1024];
        var request = new StringBuilder();
        do
        {
            int count = await connection.ReceiveAsync(buffer);
            if (count == 0)
            {
                return "";
            }

            request.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        while (!IsWhole(request.ToString()));
        return request.ToString();
    }

    private static bool IsWhole(string request)
    {
        int end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        string? length = request[..end].Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal));
        return length is null || request.Length - end - 4 >= int.Parse(length["Content-Length: ".Length..]);
    }
}
