using System.Net.Sockets;
using System.Text;

namespace Quai.Plugins.Tests;

/// <summary>A socket that answers every request with the same bytes, and then does something.</summary>
internal sealed class RawPlugin : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, string> _answer;
    private readonly Func<Socket, Task>? _after;

    public RawPlugin(string path, Func<string, string> answer, Func<Socket, Task>? after = null)
    {
        (_answer, _after) = (answer, after);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(16);
        _ = Task.Run(AcceptAsync);
    }

    public int Connections { get; private set; }

    public static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public static string Status(int status, string body) => Ok(body).Replace("200 OK", $"{status} Other", StringComparison.Ordinal);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptAsync();
                Connections++;
                _ = Task.Run(() => ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                byte[] request = new byte[64 << 10];
                int count = await connection.ReceiveAsync(request);
                await connection.SendAsync(Encoding.UTF8.GetBytes(_answer(Encoding.UTF8.GetString(request, 0, count).Split(' ')[1])));
                if (_after is not null)
                {
                    await _after(connection);
                }
            }
            catch (SocketException)
            {
            }
        }
    }
}
