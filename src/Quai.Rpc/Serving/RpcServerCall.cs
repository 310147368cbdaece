using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Quai.Rpc.Messages;

namespace Quai.Rpc.Serving;

/// <summary>A call as a service sees it. Deadlines are the client's own: it ends the call itself.</summary>
internal sealed class RpcServerCall(HttpContext http) : ServerCallContext
{
    private const string Binary = "-bin";
    private Metadata? _headers;

    /// <summary>The request.</summary>
    public HttpContext Http => http;

    /// <inheritdoc/>
    protected override string MethodCore => http.Request.Path.Value ?? "";

    /// <inheritdoc/>
    protected override string HostCore => http.Request.Host.Value ?? "";

    /// <inheritdoc/>
    protected override string PeerCore => http.Connection.Id;

    /// <inheritdoc/>
    protected override DateTime DeadlineCore => DateTime.MaxValue;

    /// <inheritdoc/>
    protected override CancellationToken CancellationTokenCore => http.RequestAborted;

    /// <inheritdoc/>
    protected override Metadata RequestHeadersCore => _headers ??= Read(http.Request.Headers);

    /// <inheritdoc/>
    protected override Metadata ResponseTrailersCore { get; } = [];

    /// <inheritdoc/>
    protected override Status StatusCore { get; set; }

    /// <inheritdoc/>
    protected override WriteOptions? WriteOptionsCore { get; set; }

    /// <inheritdoc/>
    protected override AuthContext AuthContextCore { get; } = new("", []);

    /// <summary>Sends the headers, before there is a message: clients of streams wait for them.</summary>
    public Task StartAsync() => http.Response.HasStarted ? Task.CompletedTask : http.Response.StartAsync(http.RequestAborted);

    /// <inheritdoc/>
    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        foreach (Metadata.Entry entry in responseHeaders)
        {
            http.Response.Headers.Append(entry.Key, entry.IsBinary ? Base64Header.Write(entry.ValueBytes) : entry.Value);
        }

        return StartAsync();
    }

    /// <inheritdoc/>
    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("calls are not passed on");

    private static Metadata Read(IHeaderDictionary headers)
    {
        Metadata read = [];
        foreach ((string name, StringValues values) in headers)
        {
            if (name.StartsWith(':'))
            {
                continue;
            }

            string key = name.ToLowerInvariant();
            foreach (string value in values.OfType<string>())
            {
                if (!key.EndsWith(Binary, StringComparison.Ordinal))
                {
                    read.Add(key, value);
                }
                else if (Base64Header.Read(value) is { } bytes)
                {
                    read.Add(key, bytes);
                }
            }
        }

        return read;
    }
}
