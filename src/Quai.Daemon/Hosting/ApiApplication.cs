using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Quai.BuildKit;
using Quai.Daemon.Http;
using Quai.Rpc.TakenOver;
using Quai.Daemon.Lifetime;
using Quai.Errors;

namespace Quai.Daemon.Hosting;

/// <summary>
/// What Kestrel calls for each request: removes the version from the path, finds the handler, adds Docker's headers and turns failures into answers.
/// There is no host, middleware or dependency injection: those are most of ASP.NET Core's memory use and start-up time.
/// </summary>
internal sealed partial class ApiApplication(Router router, ILogger log, Activity activity, BuildKitService? builds = null, bool isExperimental = false) : IHttpApplication<DefaultHttpContext>
{
    /// <summary>The <c>Server</c> header's value.</summary>
    public static readonly string ServerName = $"Quai/{Product.Version} (linux)";

    private static readonly string NewestVersion = ApiVersion.Newest.ToString();

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2000", Justification = "It is Kestrel's to keep.")]
    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is IHostContextContainer<DefaultHttpContext> { HostContext: { } kept })
        {
            kept.Initialize(contextFeatures);
            return kept;
        }

        var context = new DefaultHttpContext(contextFeatures);
        if (contextFeatures is IHostContextContainer<DefaultHttpContext> container)
        {
            container.HostContext = context;
        }

        return context;
    }

    /// <inheritdoc/>
    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(DefaultHttpContext context)
    {
        using Activity.Busy busy = activity.Begin();
        try
        {
            await (context.Features.Get<ConnectionHandler>() is { } own ? own.HandleAsync(context)
                : builds is not null && BuildKitService.Speaks(context.Request) ? builds.HandleAsync(context)
                : Dispatch(context));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to notify.
            ClientGone(log, context.Request.Method, context.Request.Path);
        }
        catch (Exception e)
        {
            await ErrorAnswer.Send(context, e, log);
        }
    }

    private Task Dispatch(DefaultHttpContext context)
    {
        HttpRequest request = context.Request;
        IHeaderDictionary headers = context.Response.Headers;
        string path = request.Path.Value ?? "/";
        Requested(log, request.Method, path);

        ApiVersion version = ApiVersion.Newest;
        if (path.StartsWith("/v", StringComparison.Ordinal))
        {
            try
            {
                ApiVersion.TryTake(path, out version, out path);
            }
            catch (QuaiException)
            {
                AddHeaders(headers);
                throw;
            }
        }

        if (path.Contains('%'))
        {
            // Kestrel leaves an escaped slash as it is; in image names it is a slash.
            path = path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        }

        Handler? handler = router.Find(request.Method, path, out string name);
        if (handler is null)
        {
            if (request.Method == HttpMethods.Options)
            {
                AddHeaders(headers);
                return new ApiCall(context, version, name).Answer(StatusCodes.Status200OK);
            }

            throw QuaiException.NotFound("page not found");
        }

        AddHeaders(headers);
        headers["Docker-Experimental"] = isExperimental ? "true" : "false";
        return handler(new ApiCall(context, version, name));
    }

    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers["Api-Version"] = NewestVersion;
        headers["Ostype"] = "linux";
        headers.Server = ServerName;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Calling {Method} {Path}")]
    private static partial void Requested(ILogger log, string method, string path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The client of {Method} {Path} has gone")]
    private static partial void ClientGone(ILogger log, string method, string path);
}
