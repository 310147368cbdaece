using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Quai.Build.Tests.RemoteCaches.Servers;

/// <summary>A store of objects that speaks as S3 does, with its bucket in the path. It believes no request whose signature it does not come to itself.</summary>
public sealed class FakeObjectStore : LoopbackServer
{
    public const string Bucket = "caches", Region = "eu-test-1", KeyId = "AKIDTEST", Secret = "s3cr3t/+key", SessionToken = "session+token/=";

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    public ConcurrentDictionary<string, DateTimeOffset> ModifiedAt { get; } = new();

    /// <summary>What stands in every answer to a copy, where it is not what should.</summary>
    public string? CopyAnswer { get; set; }

    protected override async Task AnswerAsync(HttpContext context, byte[] body)
    {
        HttpRequest request = context.Request;
        string path = RawUrl(request).Split('?')[0];
        if (Wrong(request, path, body) is { } reason)
        {
            await FailAsync(context, 403, reason);
            return;
        }

        string prefix = $"/{Bucket}/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            await FailAsync(context, 404, "NoSuchBucket");
            return;
        }

        string name = Uri.UnescapeDataString(path[prefix.Length..]);
        switch (request.Method)
        {
            case "PUT" when Header(request, "x-amz-copy-source") is { } source:
                if (!Objects.ContainsKey(name) || source != path || Header(request, "x-amz-metadata-directive") != "REPLACE")
                {
                    await FailAsync(context, 400, "InvalidRequest");
                    return;
                }

                ModifiedAt[name] = DateTimeOffset.UtcNow;
                await RespondAsync(context, 200, Encoding.UTF8.GetBytes(CopyAnswer ?? "<CopyObjectResult><ETag>x</ETag></CopyObjectResult>"));
                break;
            case "PUT":
                Objects[name] = body;
                ModifiedAt[name] = DateTimeOffset.UtcNow;
                await RespondAsync(context, 200, []);
                break;
            case "HEAD" when Objects.TryGetValue(name, out byte[]? content):
                context.Response.Headers.LastModified = ModifiedAt[name].ToString("R");
                await RespondAsync(context, 200, content);
                break;
            case "GET" when Objects.TryGetValue(name, out byte[]? content):
                await SendAsync(context, content);
                break;
            default:
                await FailAsync(context, 404, "NoSuchKey");
                break;
        }
    }

    private static Task FailAsync(HttpContext context, int status, string code) =>
        RespondAsync(context, status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{KeyId} may not</Message></Error>"));

    private static string? Wrong(HttpRequest request, string path, byte[] body)
    {
        string[] parts = (Header(request, "Authorization") ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 4 || parts[0] != "AWS4-HMAC-SHA256" || Header(request, "x-amz-date") is not { } time || Header(request, "x-amz-content-sha256") is not { } hash)
        {
            return "AccessDenied";
        }

        string scope = $"{time[..8]}/{Region}/s3/aws4_request";
        if (parts[1] != $"Credential={KeyId}/{scope}" || Header(request, "x-amz-security-token") != SessionToken)
        {
            return "InvalidAccessKeyId";
        }

        if (hash != "UNSIGNED-PAYLOAD" && hash != Convert.ToHexStringLower(SHA256.HashData(body)))
        {
            return "XAmzContentSHA256Mismatch";
        }

        if (Math.Abs((DateTimeOffset.ParseExact(time, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - DateTimeOffset.UtcNow).TotalMinutes) > 15)
        {
            return "RequestTimeTooSkewed";
        }

        string[] names = parts[2]["SignedHeaders=".Length..].Split(';');
        if (!names.Contains("host") || request.Headers.Keys.Any(k => k.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !names.Contains(k.ToLowerInvariant())))
        {
            return "AccessDenied";
        }

        var canonical = new StringBuilder().Append(request.Method).Append('\n').Append(path).Append("\n\n");
        foreach (string name in names)
        {
            canonical.Append(name).Append(':').Append(Header(request, name)).Append('\n');
        }

        canonical.Append('\n').Append(string.Join(';', names)).Append('\n').Append(hash);
        string text = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        byte[] key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + Secret), time[..8]), Region), "s3"), "aws4_request");
        return parts[3] == "Signature=" + Convert.ToHexStringLower(Mac(key, text)) ? null : "SignatureDoesNotMatch";
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
