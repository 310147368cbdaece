using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api;
using Quai.Errors;

namespace Quai.Daemon.Http;

/// <summary>Request bodies.</summary>
internal sealed partial class ApiCall
{
    /// <summary>Maximum size of a JSON body in bytes: no document of the API comes near.</summary>
    private const int MaxDocument = 16 << 20;

    /// <summary>Reads a JSON body; null if there is none.</summary>
    /// <exception cref="QuaiException">It is not JSON, or not of this type.</exception>
    public async Task<T?> ReadDocument<T>(JsonTypeInfo<T> type)
        where T : class
    {
        byte[] body = await ReadSmallBody();
        CheckContentType(body.Length > 0);
        return body.Length == 0 ? null : Parse(body, type);
    }

    /// <summary>Reads a required JSON body.</summary>
    public async Task<T> ReadRequiredDocument<T>(JsonTypeInfo<T> type)
        where T : class =>
        await ReadDocument(type) ?? throw QuaiException.Invalid("invalid JSON: got EOF while reading request body");

    /// <summary>The whole body, if it is known to be small.</summary>
    public async Task<byte[]> ReadSmallBody()
    {
        if (http.Request.ContentLength == 0)
        {
            return [];
        }

        PipeReader reader = http.Request.BodyReader;
        while (true)
        {
            // If a client disconnected after sending everything, its request still counts; if before, the reader says so.
            ReadResult result = await reader.ReadAsync(CancellationToken.None);
            if (result.Buffer.Length > MaxDocument)
            {
                throw QuaiException.Invalid("request body too large");
            }

            if (result.IsCompleted)
            {
                byte[] body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static T Parse<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            T? document = ApiRequest.Read(body, type, out int consumed);
            foreach (byte b in body.AsSpan(consumed))
            {
                if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                {
                    throw QuaiException.Invalid("unexpected content after JSON");
                }
            }

            return document ?? throw QuaiException.Invalid("invalid JSON: got EOF while reading request body");
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid("invalid JSON: " + Describe(body, e), e);
        }
    }

    /// <summary>Describes an error: if the text is not JSON, which character; if it is, which member has the wrong type.</summary>
    private static string Describe(byte[] body, JsonException error)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            // One document only: what follows it is not what the error is about.
            reader.Read();
            reader.Skip();
        }
        catch (JsonException syntax)
        {
            int offset = Offset(body, syntax);
            return offset >= body.Length
                ? "unexpected EOF"
                : $"invalid character '{Rune.GetRuneAt(Encoding.UTF8.GetString(body.AsSpan(offset, Math.Min(4, body.Length - offset))), 0)}' looking for beginning of value";
        }

        string path = error.Path is { Length: > 2 } p ? p[2..] : "the body";
        return $"json: cannot unmarshal the value of {path}";
    }

    private static int Offset(byte[] body, JsonException error)
    {
        int start = 0;
        for (long line = error.LineNumber ?? 0; line > 0; line--)
        {
            int feed = body.AsSpan(start).IndexOf((byte)'\n');
            if (feed < 0)
            {
                break;
            }

            start += feed + 1;
        }

        return start + (int)(error.BytePositionInLine ?? 0);
    }

    private void CheckContentType(bool hasBody)
    {
        string header = http.Request.ContentType ?? "";
        if (header.Length == 0)
        {
            if (hasBody)
            {
                throw QuaiException.Invalid("malformed Content-Type header (): mime: no media type");
            }

            return;
        }

        ReadOnlySpan<char> media = header.AsSpan();
        int semicolon = media.IndexOf(';');
        media = (semicolon < 0 ? media : media[..semicolon]).Trim();
        if (!media.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw QuaiException.Invalid($"unsupported Content-Type header ({header}): must be 'application/json'");
        }
    }
}
