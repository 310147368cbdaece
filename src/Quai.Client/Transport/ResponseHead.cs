using System.Globalization;
using System.Text;

namespace Quai.Client.Transport;

/// <summary>A response's status and headers.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Length">The body's length; -1 if unknown.</param>
/// <param name="Chunked">The body comes in chunks.</param>
/// <param name="Closes">The connection closes after this response.</param>
/// <param name="Headers">All headers, names in lower case.</param>
public sealed record ResponseHead(int Status, long Length, bool Chunked, bool Closes, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Reads a status line and headers.</summary>
    /// <exception cref="ConnectionException">They are not HTTP.</exception>
    internal static ResponseHead Parse(ReadOnlySpan<byte> bytes)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split("\r\n");
        string[] status = lines[0].Split(' ', 3);
        if (status.Length < 2 || !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !int.TryParse(status[1], CultureInfo.InvariantCulture, out int code))
        {
            throw new ConnectionException($"malformed HTTP response \"{lines[0]}\"");
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 1; i < lines.Length; i++)
        {
            int colon = lines[i].IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers[lines[i][..colon].ToLowerInvariant()] = lines[i][(colon + 1)..].Trim();
            }
        }

        bool chunked = headers.TryGetValue("transfer-encoding", out string? encoding) && encoding.Contains("chunked", StringComparison.OrdinalIgnoreCase);
        long length = headers.TryGetValue("content-length", out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long n) ? n : -1;
        bool closes = status[0] == "HTTP/1.0" || (headers.TryGetValue("connection", out string? connection) && connection.Equals("close", StringComparison.OrdinalIgnoreCase));
        return new ResponseHead(code, code is 204 or 304 ? 0 : length, chunked, closes, headers);
    }

    /// <summary>A header's value; null when absent.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
