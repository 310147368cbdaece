using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Quai.Daemon.Hosting;

namespace Quai.Daemon.Http;

/// <summary>
/// A connection that leaves HTTP and becomes a plain byte stream both ways: attach and exec.
/// A client that asks for an upgrade gets <c>101</c>, an older one <c>200</c> without a length; from then on both are the same.
/// </summary>
internal sealed class Hijack : IAsyncDisposable
{
    /// <summary>How long a client may keep sending after it was told the end.</summary>
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(10);

    private readonly ApiCall _call;
    private readonly ClientLink _link;

    private Hijack(ApiCall call, ClientLink link)
    {
        _call = call;
        _link = link;
        FromClient = link.Input.AsStream(leaveOpen: true);
        ToClient = new AfterHeaderStream(link);
    }

    /// <summary>What the client sends; ends when the client half-closes.</summary>
    public Stream FromClient { get; }

    /// <summary>What is sent to the client.</summary>
    public Stream ToClient { get; }

    /// <summary>Takes over the connection and sends the header. The request's body must have been read.</summary>
    /// <param name="call">The request.</param>
    /// <param name="tty">Whether plain bytes follow rather than frames.</param>
    public static async Task<Hijack> BeginAsync(ApiCall call, bool tty)
    {
        ClientLink link = call.Http.Features.Get<ClientLink>() ?? throw new InvalidOperationException("the connection has no link below it");
        link.Hijack();
        bool upgrade = call.Http.Request.Headers.ContainsKey("Upgrade");
        string stream = upgrade && !tty && call.Version.AtLeast(42) ? "multiplexed-stream" : "raw-stream";
        var header = new StringBuilder(256);
        header.Append(upgrade ? "HTTP/1.1 101 UPGRADED\r\n" : "HTTP/1.1 200 OK\r\n");
        header.Append("Content-Type: application/vnd.docker.").Append(stream).Append("\r\n");
        if (upgrade)
        {
            header.Append("Connection: Upgrade\r\nUpgrade: tcp\r\n");
        }

        foreach ((string key, var value) in call.Http.Response.Headers)
        {
            header.Append(key).Append(": ").Append(value.ToString()).Append("\r\n");
        }

        header.Append("\r\n");
        var hijack = new Hijack(call, link);
        try
        {
            await link.Output.WriteAsync(Encoding.ASCII.GetBytes(header.ToString()), call.Gone);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone. Its operation begins all the same; the code that copies its streams will see that nobody is there.
        }

        return hijack;
    }

    /// <summary>
    /// Closes the connection, after everything that was written. Closing a socket with unread input resets the connection, and the client loses what it
    /// has not read yet. So the client is told the end first, and its input is read until it ends too, or for <see cref="LongestDrain"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _link.EndWritingAsync();
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(_call.Gone))
        {
            enough.CancelAfter(LongestDrain);
            await _link.DrainAsync(enough.Token);
        }

        await _link.EndAsync();
        _call.Http.Abort();
    }
}
