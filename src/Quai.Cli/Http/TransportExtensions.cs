using System.Text.Json;
using Quai.Client.Transport;

namespace Quai.Cli.Http;

/// <summary>Requests by path, for commands that do not use the typed client yet.</summary>
internal static class TransportExtensions
{
    public static ResponseStream SendAny(this HttpTransport wire, string method, string path) => wire.SendAnyAsync(method, path).Await();

    public static ResponseStream Send(this HttpTransport wire, string method, string path, ReadOnlySpan<byte> body = default, string? headers = null) =>
        wire.SendAsync(method, path, body.ToArray(), headers).Await();

    public static JsonElement Get(this HttpTransport wire, string path) => wire.ReadDocumentAsync(path).Await();

    public static JsonElement Post(this HttpTransport wire, string path, ReadOnlySpan<byte> body = default)
    {
        using ResponseStream response = wire.Send("POST", path, body);
        return response.ReadDocumentAsync().Await();
    }

    public static ResponseStream Upload(this HttpTransport wire, string method, string path, Stream body, string contentType) => wire.UploadAsync(method, path, body, contentType).Await();

    public static PendingAnswer StartHijack(this HttpTransport wire, string path, ReadOnlySpan<byte> body = default) => wire.StartUpgradeAsync(path, body.ToArray()).Await();

    public static PendingAnswer Start(this HttpTransport wire, string method, string path) => wire.StartAsync(method, path).Await();

    public static JsonElement ReadJson(this ResponseStream response) => response.ReadDocumentAsync().Await();

    public static byte[] ReadAll(this ResponseStream response) => response.ReadAllAsync().Await();

    public static IEnumerable<JsonElement> ReadJsonStream(this ResponseStream response) => response.ReadDocumentsAsync().Await();
}
