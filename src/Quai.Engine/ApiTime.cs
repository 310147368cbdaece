using System.Globalization;

namespace Quai.Engine;

/// <summary>Times as the Engine API writes them.</summary>
public static class ApiTime
{
    /// <summary>What stands for "never".</summary>
    public const string Never = "0001-01-01T00:00:00Z";

    /// <summary>RFC 3339 in UTC with as many decimals as are needed.</summary>
    public static string Format(DateTimeOffset? time) =>
        time is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture) : Never;

    /// <summary>RFC 3339 in UTC with nine decimals, as log lines carry it with <c>--timestamps</c>.</summary>
    public static string FormatNano(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    /// <summary>Nanoseconds since 1970.</summary>
    public static long UnixNano(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;
}
