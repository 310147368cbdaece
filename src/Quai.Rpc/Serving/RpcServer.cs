using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Quai.Rpc.Messages;

namespace Quai.Rpc.Serving;

/// <summary>
/// A gRPC server over Kestrel's HTTP/2, without a host, routing or dependency injection: a table of methods, which generated code fills.
/// <code>
/// var server = new RpcServer(error => new Status(StatusCode.Unknown, error.Message));
/// Health.BindService(server, new HealthService());
/// await server.HandleAsync(context); // for each request of HTTP/2
/// </code>
/// </summary>
/// <param name="describe">What a call that failed says, by what it failed with: the one place where errors become statuses. Not asked for <see cref="RpcException"/>.</param>
public sealed class RpcServer(Func<Exception, RpcException> describe) : ServiceBinderBase
{
    private readonly Dictionary<string, Func<RpcServerCall, Task>> _methods = new(StringComparer.Ordinal);

    /// <summary>Whether a request is one of gRPC.</summary>
    public static bool Speaks(HttpRequest request) =>
        request.Protocol == HttpProtocol.Http2 && request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Serves a call, whether it succeeds or fails; nothing is thrown but for a client that has gone.</summary>
    /// <param name="http">The request.</param>
    public async Task HandleAsync(HttpContext http)
    {
        IHeaderDictionary trailers = (http.Features.Get<IHttpResponseTrailersFeature>() ?? throw new InvalidOperationException("gRPC needs HTTP/2")).Trailers;
        http.Response.ContentType = "application/grpc";
        var call = new RpcServerCall(http);
        RpcException? failure = null;
        try
        {
            await (_methods.TryGetValue(http.Request.Path.Value ?? "", out Func<RpcServerCall, Task>? method)
                ? method(call)
                : throw new RpcException(new Status(StatusCode.Unimplemented, $"unknown method {http.Request.Path}"))).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
            return;
        }
        catch (RpcException e)
        {
            failure = e;
        }
        catch (OperationCanceledException)
        {
            failure = new RpcException(new Status(StatusCode.Cancelled, "context canceled"));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = describe(e);
        }

        if (!http.Response.HasStarted)
        {
            await http.Response.StartAsync().ConfigureAwait(false);
        }

        trailers["grpc-status"] = ((int)(failure?.StatusCode ?? StatusCode.OK)).ToString(CultureInfo.InvariantCulture);
        if (failure is not null)
        {
            trailers["grpc-message"] = StatusText.Escape(StatusText.Shortened(failure.Status.Detail));
        }

        foreach (Metadata.Entry entry in failure?.Trailers ?? call.ResponseTrailers)
        {
            // Clients bound what they take of headers, and lose the whole answer where there is more.
            if (entry.IsBinary && entry.ValueBytes.Length > StatusText.LongestDetails)
            {
                continue;
            }

            trailers.Append(entry.Key, entry.IsBinary ? Base64Header.Write(entry.ValueBytes) : entry.Value);
        }
    }

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        Add(method, handler, async (call, requests, responses) => await responses.WriteAsync(await handler!(await requests.SingleAsync(call.CancellationToken), call)));

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, handler, async (call, requests, responses) => await responses.WriteAsync(await handler!(requests, call)));

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, handler, async (call, requests, responses) => await handler!(await requests.SingleAsync(call.CancellationToken), responses, call));

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(method, handler, async (call, requests, responses) =>
        {
            await call.StartAsync();
            await handler!(requests, responses, call);
        });

    private void Add<TRequest, TResponse>(
        Method<TRequest, TResponse> method, Delegate? handler, Func<RpcServerCall, MessageReader<TRequest>, ResponseStream<TResponse>, Task> serve)
        where TRequest : class
        where TResponse : class
    {
        // Generated code also binds without a service, to learn what there is to bind.
        if (handler is not null)
        {
            _methods[method.FullName] = call => serve(call, new MessageReader<TRequest>(call.Http.Request.BodyReader, method.RequestMarshaller), new ResponseStream<TResponse>(call.Http, method.ResponseMarshaller));
        }
    }
}
