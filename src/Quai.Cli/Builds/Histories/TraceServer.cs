using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Histories;

/// <summary>Serves one page by HTTP.</summary>
internal sealed class TraceServer : IDisposable
{
    private const int LargestRequest = 16 << 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly TcpListener _listener;
    private readonly string _path;
    private readonly byte[] _page;

    private TraceServer(TcpListener listener, IReadOnlyList<TracedBuild> builds)
    {
        _listener = listener;
        _path = "/trace/" + string.Join("...", builds.Select(b => b.Id));
        _page = Encoding.UTF8.GetBytes(TracePage.Write(builds));
    }

    /// <summary>The page's address.</summary>
    public string Address => $"http://{_listener.LocalEndpoint}{_path}";

    /// <summary>Listens.</summary>
    /// <param name="place">Where.</param>
    /// <param name="builds">What the page shows.</param>
    /// <exception cref="ExitException">It cannot listen there.</exception>
    public static TraceServer Listen(IPEndPoint place, IReadOnlyList<TracedBuild> builds)
    {
        var listener = new TcpListener(place);
        try
        {
            listener.Start();
            return new TraceServer(listener, builds);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new ExitException(1, $"ERROR: listen tcp {place}: {e.Message.ToLowerInvariant()}");
        }
    }

    /// <summary>Serves for ever.</summary>
    public async Task ServeAsync()
    {
        while (true)
        {
            _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AnswerAsync(TcpClient client)
    {
        using TcpClient own = client;
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            NetworkStream stream = client.GetStream();
            string[] words = (await ReadAsync(stream, patience.Token)).Split(' ');
            bool isHere = words is ["GET" or "HEAD", var path, ..] && (path == "/" || path == _path);
            byte[] body = isHere ? _page : "not found\n"u8.ToArray();
            string head = string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {(isHere ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/{(isHere ? "html" : "plain")}; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), patience.Token);
            await stream.WriteAsync(words[0] == "HEAD" ? [] : body, patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // Whoever asked has gone.
        }
    }

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        byte[] bytes = new byte[LargestRequest];
        int length = 0, count;
        while (length < bytes.Length && !Encoding.ASCII.GetString(bytes, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal)
            && (count = await stream.ReadAsync(bytes.AsMemory(length), cancellation)) > 0)
        {
            length += count;
        }

        return Encoding.ASCII.GetString(bytes, 0, length).Split("\r\n")[0];
    }
}
