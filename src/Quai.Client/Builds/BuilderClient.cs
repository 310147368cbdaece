using System.Text;
using Quai.Client.Transport;

namespace Quai.Client.Builds;

/// <summary>The daemon's builder, as far as it is reached by HTTP/1: connections that become HTTP/2. If the daemon refuses, a <see cref="DaemonException"/> is thrown.</summary>
public sealed class BuilderClient
{
    private const string Protocol = "h2c";

    private readonly HttpTransport _transport;

    internal BuilderClient(HttpTransport transport) => _transport = transport;

    /// <summary>Opens a connection on which the daemon serves BuildKit's services by HTTP/2.</summary>
    public Task<Stream> OpenAsync(CancellationToken cancellation = default) => OpenAsync("/grpc", [], cancellation);

    /// <summary>Opens a connection on which the daemon is the client of HTTP/2: it calls what the caller of this serves.</summary>
    /// <param name="headers">What the daemon is told of the session.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<Stream> OpenSessionAsync(IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation = default) => OpenAsync("/session", headers, cancellation);

    private async Task<Stream> OpenAsync(string path, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var lines = new StringBuilder($"Connection: Upgrade\r\nUpgrade: {Protocol}\r\n");
        foreach ((string name, string value) in headers)
        {
            lines.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        using PendingAnswer answer = await _transport.StartUpgradeAsync(path, lines.ToString(), cancellation);
        return new ConnectionStream(await answer.UpgradeAsync(cancellation));
    }
}
