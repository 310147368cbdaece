using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Quai.Daemon.Execs;
using Quai.Daemon.Http;
using Quai.Engine.Containers;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary>A container's streams over a websocket (RFC 6455): what the program prints comes in binary messages without frames of Docker's, what the client sends is typed to it.</summary>
internal static class WebSocketAttach
{
    // RFC 6455, 1.3.
    private const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static readonly TimeSpan s_longestClosing = TimeSpan.FromSeconds(10);

    /// <summary>Serves a client to the end of the program's output, or of its own.</summary>
    /// <param name="call">The request for an upgrade.</param>
    /// <param name="containers">The containers.</param>
    /// <exception cref="QuaiException">It is no handshake for a websocket, or there is no such container.</exception>
    public static async Task ServeAsync(ApiCall call, IContainers containers)
    {
        string key = call.Http.Request.Headers.SecWebSocketKey.ToString();
        if (!call.Http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase) || key.Length == 0
            || call.Http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            throw QuaiException.Invalid("a handshake for a websocket was expected: the headers Upgrade: websocket, Connection: Upgrade and Sec-WebSocket-Key");
        }

        if (call.Http.Request.Headers.SecWebSocketVersion.ToString() != "13")
        {
            throw QuaiException.Invalid("the websocket's version must be 13 (Sec-WebSocket-Version)");
        }

        var request = new AttachRequest(call.Flag("stdin"), call.Flag("stdout"), call.Flag("stderr"), call.Flag("logs"), call.Flag("stream"), call.TextOrNull("detachKeys"));
        await using IAttachSession session = await containers.AttachAsync(call.Name, request, call.Gone);
        call.Http.Response.Headers.Upgrade = "websocket";
        call.Http.Response.Headers.SecWebSocketAccept = AcceptOf(key);
        await using Stream connection = await upgrade.UpgradeAsync();
        using WebSocket socket = WebSocket.CreateFromStream(connection, new WebSocketCreationOptions { IsServer = true });
        await using var streams = new WebSocketStream(socket);
        try
        {
            await session.RunAsync(streams, session.Tty ? streams : new UnframingStream(streams), call.Gone);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(call.Gone);
            enough.CancelAfter(s_longestClosing);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, enough.Token);
            byte[] rest = new byte[1024];
            while (await streams.ReadAsync(rest, enough.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client has gone.
        }
    }

    /// <summary>The answer to a handshake's key.</summary>
    internal static string AcceptOf(string key) =>
#pragma warning disable CA5350 // RFC 6455 has SHA-1 for the handshake, which keeps no secret
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key.Trim() + Magic)));
#pragma warning restore CA5350
}
