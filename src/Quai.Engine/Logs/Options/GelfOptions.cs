using Quai.Errors;
using Quai.Plans.Logging;

namespace Quai.Engine.Logs.Options;

/// <summary>What a container's GELF log is to be.</summary>
/// <param name="Address">Where the server is.</param>
/// <param name="Compression">How datagrams are packed.</param>
/// <param name="Level">How well.</param>
/// <param name="Reconnects">How many attempts to connect a message is given.</param>
/// <param name="ReconnectDelay">How long between them.</param>
internal sealed record GelfOptions(LogUrl Address, GelfCompression Compression, int Level, int Reconnects, TimeSpan ReconnectDelay)
{
    private const int BestSpeed = 1, BestCompression = 9, DefaultReconnects = 3, DefaultDelay = 1;

    /// <summary>The options' names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["gelf-address", "gelf-compression-type", "gelf-compression-level", "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay"];

    /// <summary>Whether there is a connection.</summary>
    public bool IsTcp => Address.Scheme == "tcp";

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">A value is malformed, or does not go with the others.</exception>
    public static GelfOptions Parse(IReadOnlyDictionary<string, string> options)
    {
        LogUrl address = ParseAddress(options.GetValueOrDefault("gelf-address") ?? "");
        bool tcp = address.Scheme == "tcp";
        int level = BestSpeed, reconnects = DefaultReconnects, delay = DefaultDelay;
        GelfCompression compression = GelfCompression.Gzip;
        foreach ((string name, string value) in options.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            switch (name)
            {
                case "gelf-compression-level" or "gelf-compression-type" when tcp:
                    throw QuaiException.Invalid("compression is only supported on UDP");
                case "gelf-compression-level":
                    level = int.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out int number) && number is >= -1 and <= BestCompression ? number : throw Unknown(name, value);
                    break;
                case "gelf-compression-type":
                    compression = value switch
                    {
                        "gzip" => GelfCompression.Gzip,
                        "zlib" => GelfCompression.Zlib,
                        "none" => GelfCompression.None,
                        _ => throw Unknown(name, value),
                    };
                    break;
                case "gelf-tcp-max-reconnect":
                    reconnects = Positive(name, value);
                    break;
                case "gelf-tcp-reconnect-delay":
                    delay = Positive(name, value);
                    break;
            }
        }

        return new GelfOptions(address, compression, level, reconnects, TimeSpan.FromSeconds(delay));

        int Positive(string name, string value) => !tcp
            ? throw QuaiException.Invalid($"\"{name}\" is only valid for TCP")
            : int.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out int number) && number is >= 0 and < 1_000_000 ? number : throw QuaiException.Invalid($"\"{name}\" must be a positive integer");
    }

    private static LogUrl ParseAddress(string text)
    {
        if (text.Length == 0)
        {
            throw QuaiException.Invalid("gelf-address is a required parameter");
        }

        LogUrl url = LogUrl.Parse(text);
        return url.Scheme is not ("udp" or "tcp")
            ? throw QuaiException.Invalid("gelf: endpoint needs to be TCP or UDP")
            : url.HasPort ? url : throw QuaiException.Invalid("gelf: please provide gelf-address as proto://host:port");
    }

    private static QuaiException Unknown(string name, string value) => QuaiException.Invalid($"unknown value \"{value}\" for log opt \"{name}\" for gelf log driver");
}
