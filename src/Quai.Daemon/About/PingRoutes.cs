using System.Text;
using Microsoft.AspNetCore.Http;
using Quai.Daemon.Http;

namespace Quai.Daemon.About;

/// <summary><c>/_ping</c>: how clients identify the daemon.</summary>
internal static class PingRoutes
{
    private static readonly byte[] Ok = "OK"u8.ToArray();

    /// <summary>Adds the routes.</summary>
    public static void Map(Router router) => router.Add("GET", "/_ping", Answer).Add("HEAD", "/_ping", Answer);

    private static Task Answer(ApiCall call)
    {
        HttpResponse response = call.Http.Response;
        IHeaderDictionary headers = response.Headers;
        // 1: this daemon builds through the classic endpoint if at all; 2 would send clients to BuildKit's.
        headers["Builder-Version"] = "1";
        headers["Swarm"] = "inactive";
        headers.CacheControl = "no-cache, no-store, must-revalidate";
        headers.Pragma = "no-cache";
        response.ContentType = "text/plain; charset=utf-8";
        if (call.Http.Request.Method == HttpMethods.Head)
        {
            response.ContentLength = 0;
            return Task.CompletedTask;
        }

        response.ContentLength = Ok.Length;
        return response.BodyWriter.WriteAsync(Ok, call.Gone).AsTask();
    }
}
