using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Registry.Transport;

/// <summary>Registries' failures in Docker's words.</summary>
internal static class RegistryErrors
{
    private const int MaxErrorBody = 64 * 1024;

    /// <summary>A request that got no response.</summary>
    public static QuaiException Unreachable(HttpMethod method, Uri uri, Exception failure)
    {
        string message = $"{Verb(method)} \"{uri}\": {Reason(uri, failure)}";

        // No retry makes a certificate valid, or a name known.
        return IsTls(failure) || failure is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            ? QuaiException.System(message, failure)
            : new TransientRegistryException(message, null, failure);
    }

    /// <summary>Whether the address was reached but speaks no TLS, or has no trusted certificate.</summary>
    public static bool IsTls(Exception failure) => failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };

    /// <summary>A response that is not a success.</summary>
    /// <param name="response">The response; its body is read.</param>
    /// <param name="image">The requested image; null if it was not an image.</param>
    /// <param name="writing">Whether it was a write: the message differs.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static async Task<QuaiException> FromAsync(HttpResponseMessage response, ImageReference? image, bool writing, CancellationToken cancellation)
    {
        (string? code, string? message) = await ReadErrorAsync(response, cancellation).ConfigureAwait(false);
        string said = code is null ? "" : $"{code.Replace('_', ' ').ToLowerInvariant()}: {message}";
        
        // Without its query: if the registry sent us to this address, the query may be signed, and thus a key.
        string uri = response.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Path);
        if (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
        {
            string text = said.Length > 0 ? said : $"received unexpected HTTP status: {(int)response.StatusCode} {response.ReasonPhrase}";
            TimeSpan? after = response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
            return new TransientRegistryException(text, after);
        }

        string status = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        bool denied = code is "DENIED" or "UNAUTHORIZED" || response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        if (image is null || writing)
        {
            string text = said.Length > 0 ? said : $"{Verb(response.RequestMessage.Method)} \"{uri}\": received unexpected HTTP status: {status}";
            return denied ? new QuaiException(image is null ? ErrorKind.Unauthorized : ErrorKind.System, said.Length > 0 ? said : $"unauthorized: {status}") : QuaiException.System(text);
        }

        return code switch
        {
            "MANIFEST_UNKNOWN" => new ManifestNotFoundException(image, said),
            "NAME_UNKNOWN" => QuaiException.NotFound($"repository {image.FamiliarName} not found: {said}"),
            _ when denied => Denied(image, said.Length > 0 ? said : status),
            null when response.StatusCode == HttpStatusCode.NotFound => new ManifestNotFoundException(image, $"{uri} answers 404 Not Found"),
            null => QuaiException.System($"{Verb(response.RequestMessage.Method)} \"{uri}\": received unexpected HTTP status: {status}"),
            _ => response.StatusCode == HttpStatusCode.NotFound ? QuaiException.NotFound(said) : QuaiException.System(said),
        };
    }

    public static QuaiException Denied(ImageReference image, string said) =>
        QuaiException.NotFound($"pull access denied for {image.FamiliarName}, repository does not exist or may require 'docker login': {said}");

    private static async Task<(string? Code, string? Message)> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            byte[] body = new byte[MaxErrorBody];
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            using JsonDocument json = JsonDocument.Parse(body.AsMemory(0, length));
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("errors", out JsonElement errors)
                && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0 && errors[0].ValueKind == JsonValueKind.Object)
            {
                return (Text(errors[0], "code"), Text(errors[0], "message"));
            }

            // Docker Hub's token service has its own error format.
            if (json.RootElement.ValueKind == JsonValueKind.Object && Text(json.RootElement, "details") is { Length: > 0 } details)
            {
                return (response.StatusCode == HttpStatusCode.Unauthorized ? "UNAUTHORIZED" : "UNKNOWN", details);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or HttpRequestException or IOException)
        {
            // An answer that does not come from a registry has no code.
        }

        return default;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Reason(Uri uri, Exception failure)
    {
        SocketException? socket = failure as SocketException ?? failure.InnerException as SocketException;
        if (socket is not null)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"dial tcp: lookup {uri.Host}: no such host",
                SocketError.ConnectionRefused => $"dial tcp {uri.Host}:{uri.Port}: connect: connection refused",
                _ => $"dial tcp {uri.Host}:{uri.Port}: connect: {Errno.Message(socket.NativeErrorCode)}",
            };
        }

        if (IsTls(failure))
        {
            // The handshake read something that is not a TLS record: a plain HTTP server.
            return failure.InnerException is AuthenticationException { InnerException: null } e && e.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
                ? $"tls: failed to verify certificate: x509: {Certificate(uri, e.Message)}"
                : "http: server gave HTTP response to HTTPS client";
        }

        return failure switch
        {
            OperationCanceledException or TimeoutException => "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
            _ => failure.Message,
        };
    }

    private static string Certificate(Uri uri, string message) =>
        message.Contains("NameMismatch", StringComparison.Ordinal) ? $"certificate is not valid for {uri.Host}"
        : message.Contains("NotTimeValid", StringComparison.Ordinal) ? "certificate has expired or is not yet valid"
        : "certificate signed by unknown authority";

    /// <summary>A method as Docker writes it: <c>Get</c>.</summary>
    public static string Verb(HttpMethod method) => method.Method[..1] + method.Method[1..].ToLowerInvariant();
}
