using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Quai.Errors;

namespace Quai.Daemon.Http;

/// <summary>One request being handled: what was asked, and the ways to answer.</summary>
internal sealed partial class ApiCall(HttpContext http, ApiVersion version, string name)
{
    /// <summary>The underlying HTTP exchange.</summary>
    public HttpContext Http => http;

    /// <summary>The API version that the client speaks.</summary>
    public ApiVersion Version => version;

    /// <summary>The name or id in the path; empty if the path has none.</summary>
    public string Name => name;

    /// <summary>Cancelled when the client has gone. For reading and for streams; see <see cref="ToTheEnd"/>.</summary>
    public CancellationToken Gone => http.RequestAborted;

    /// <summary>
    /// For operations that change something: once begun, they run to their end, whether or not the client waits for the answer. If a stop ended with
    /// its client, the program would have been told to end but never be killed; after a restart, the container would stay down.
    /// </summary>
    public static CancellationToken ToTheEnd => CancellationToken.None;

    /// <summary>Answers with a document. Docker ends each with a line feed.</summary>
    public Task Answer<T>(T document, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        ReadOnlyMemory<byte> body = Json.Line(document, type);
        HttpResponse response = http.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.BodyWriter.WriteAsync(body, Gone).AsTask();
    }

    /// <summary>Answers with a status only.</summary>
    public Task Answer(int status)
    {
        http.Response.StatusCode = status;
        if (status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            http.Response.ContentLength = 0;
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends the header now, for an answer whose body comes later in pieces.</summary>
    public Task StartStream(string contentType)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = contentType;
        return http.Response.StartAsync(Gone);
    }

    /// <summary>Writes one document and a line feed to the stream and sends it at once.</summary>
    public ValueTask Send<T>(T document, JsonTypeInfo<T> type) => Send(Json.Line(document, type));

    /// <summary>Writes bytes to the stream and sends them at once.</summary>
    public async ValueTask Send(ReadOnlyMemory<byte> bytes) => await http.Response.BodyWriter.WriteAsync(bytes, Gone);

    /// <summary>Refuses what this build does not support.</summary>
    public static QuaiException NotImplemented(string what) => new(ErrorKind.NotImplemented, what);
}
