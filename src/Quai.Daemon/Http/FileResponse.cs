using System.Globalization;
using System.Text;
using Quai.Daemon.Hosting;

namespace Quai.Daemon.Http;

/// <summary>
/// An answer of known length that consists mostly of files: they go from the page cache to the socket, bypassing HTTP's buffers.
/// The connection ends with it.
/// </summary>
internal sealed class FileResponse : IAsyncDisposable
{
    private readonly ApiCall _call;
    private readonly ClientLink _link;

    private FileResponse(ApiCall call, ClientLink link)
    {
        _call = call;
        _link = link;
    }

    /// <summary>Takes over the connection and sends the header.</summary>
    /// <param name="call">The request, whose body must have been read.</param>
    /// <param name="contentType">The answer's content type.</param>
    /// <param name="length">Bytes that will be sent.</param>
    public static async Task<FileResponse> BeginAsync(ApiCall call, string contentType, long length)
    {
        ClientLink link = call.Http.Features.Get<ClientLink>() ?? throw new InvalidOperationException("the connection has no link below it");
        link.Hijack();
        var header = new StringBuilder(256).Append("HTTP/1.1 200 OK\r\n");
        foreach ((string key, var value) in call.Http.Response.Headers)
        {
            header.Append(key).Append(": ").Append(value.ToString()).Append("\r\n");
        }

        header.Append("Content-Type: ").Append(contentType).Append("\r\nContent-Length: ").Append(length.ToString(CultureInfo.InvariantCulture)).Append("\r\nConnection: close\r\n\r\n");
        var response = new FileResponse(call, link);
        await link.Output.WriteAsync(Encoding.ASCII.GetBytes(header.ToString()), call.Gone);
        return response;
    }

    /// <summary>Sends bytes, or the file if there is one.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, string? file)
    {
        if (file is null)
        {
            await _link.Output.WriteAsync(bytes, _call.Gone);
        }
        else
        {
            await _link.SendFileAsync(file, _call.Gone);
        }
    }

    /// <summary>Closes the connection, after everything was sent. A client that received less than the header promised sees that it is incomplete.</summary>
    public async ValueTask DisposeAsync()
    {
        await _link.EndAsync();
        _call.Http.Abort();
    }
}
