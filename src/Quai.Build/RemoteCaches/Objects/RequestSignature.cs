using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Quai.Build.RemoteCaches.Objects;

/// <summary>Signatures of requests: AWS's <c>AWS4-HMAC-SHA256</c>.</summary>
/// <param name="key">By what they are made.</param>
/// <param name="region">The region that they are for.</param>
/// <param name="service">The service that they are for.</param>
internal sealed class RequestSignature(AccessKey key, string region, string service)
{
    /// <summary>What stands for content that is not signed.</summary>
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    private const string Algorithm = "AWS4-HMAC-SHA256", TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Signs a request, all of whose headers are set: adds those that belong to the signature.</summary>
    /// <param name="request">The request.</param>
    /// <param name="contentHash">The SHA-256 of its content in hexadecimal digits, or <see cref="Unsigned"/>.</param>
    /// <param name="now">The time.</param>
    public void Sign(HttpRequestMessage request, string contentHash, DateTimeOffset now)
    {
        Uri url = request.RequestUri!;
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", contentHash);
        request.Headers.TryAddWithoutValidation("x-amz-date", Time(now));
        if (key.SessionToken.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("x-amz-security-token", key.SessionToken);
        }

        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = url.IsDefaultPort ? url.Host : url.Authority };
        foreach ((string name, IEnumerable<string> values) in request.Headers.NonValidated.Select(h => (h.Key.ToLowerInvariant(), (IEnumerable<string>)h.Value)))
        {
            if (name.StartsWith("x-amz-", StringComparison.Ordinal) || name == "range")
            {
                signed[name] = string.Join(',', values);
            }
        }

        request.Headers.TryAddWithoutValidation("Authorization", Authorization(request.Method.Method, url.AbsolutePath, url.Query.TrimStart('?'), signed, contentHash, now));
    }

    /// <summary>The header that a request is signed by.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">Its path, encoded.</param>
    /// <param name="query">Its query, encoded, without the question mark.</param>
    /// <param name="headers">The headers that are signed, by names in small letters.</param>
    /// <param name="contentHash">The SHA-256 of its content, or <see cref="Unsigned"/>.</param>
    /// <param name="now">The time.</param>
    public string Authorization(string method, string path, string query, SortedDictionary<string, string> headers, string contentHash, DateTimeOffset now)
    {
        string names = string.Join(';', headers.Keys);
        string canonical = string.Join('\n',
            method, path.Length == 0 ? "/" : path, Sorted(query), string.Concat(headers.Select(h => $"{h.Key}:{h.Value.Trim()}\n")), names, contentHash);
        string day = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture), scope = $"{day}/{region}/{service}/aws4_request";
        string text = string.Join('\n', Algorithm, Time(now), scope, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        byte[] derived = Encoding.UTF8.GetBytes("AWS4" + key.Secret);
        foreach (string part in (ReadOnlySpan<string>)[day, region, service, "aws4_request"])
        {
            derived = HMACSHA256.HashData(derived, Encoding.UTF8.GetBytes(part));
        }

        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(derived, Encoding.UTF8.GetBytes(text)));
        return $"{Algorithm} Credential={key.Id}/{scope},SignedHeaders={names},Signature={signature}";
    }

    private static string Time(DateTimeOffset now) => now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>A query in the order in which it is signed: a name without a value has an empty one.</summary>
    private static string Sorted(string query) =>
        string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Contains('=') ? p : p + "=").Order(StringComparer.Ordinal));
}
