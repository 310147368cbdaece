using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Quai.Build.Tests.RemoteCaches.Servers;

/// <summary>A server on a free port of loopback, which answers as its heirs do.</summary>
public abstract class LoopbackServer : IDisposable
{
    private readonly WebApplication _application;

    protected LoopbackServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Limits.MaxRequestBodySize = null;
        });
        _application = builder.Build();
        _application.Run(ServeAsync);
        _application.Start();
        Address = _application.Urls.Single() + "/";
    }

    public string Address { get; }

    /// <summary>Method and path of each request, in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Answers a request otherwise than usual: with a status, -1 for a connection that breaks, or 0 for the usual answer.</summary>
    public Func<HttpRequest, int> Refuse { get; set; } = _ => 0;

    /// <summary>How many of the next contents end in their middle.</summary>
    public int Cuts { get; set; }

    /// <summary>Whether contents are sent from where they are asked for.</summary>
    public bool SendsRanges { get; set; } = true;

    public void Dispose()
    {
        _application.DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    protected abstract Task AnswerAsync(HttpContext context, byte[] body);

    /// <summary>A request's path and query as they were sent.</summary>
    protected static string RawUrl(HttpRequest request) => request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;

    /// <summary>A request's header; null for none.</summary>
    protected static string? Header(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    protected static async Task RespondAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        if (status != 204)
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body);
        }
    }

    /// <summary>Sends a content, from where it is asked for; and not to its end where it is to be cut.</summary>
    protected async Task SendAsync(HttpContext context, byte[] content)
    {
        int offset = 0;
        if (SendsRanges && Header(context.Request, "Range") is { } range)
        {
            offset = int.Parse(range["bytes=".Length..].TrimEnd('-'));
            context.Response.StatusCode = 206;
        }

        context.Response.ContentLength = content.Length - offset;
        if (Cuts > 0)
        {
            Cuts--;
            await context.Response.Body.WriteAsync(content.AsMemory(offset, (content.Length - offset) / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(content.AsMemory(offset));
    }

    private async Task ServeAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {RawUrl(context.Request)}");
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        int status = await Task.Run(() => Refuse(context.Request));
        if (status == -1)
        {
            context.Abort();
        }
        else if (status != 0)
        {
            await RespondAsync(context, status, []);
        }
        else
        {
            await AnswerAsync(context, body.ToArray());
        }
    }
}
