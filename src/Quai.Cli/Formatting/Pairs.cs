namespace Quai.Cli.Formatting;

/// <summary>Maps of strings, as given in options and shown in lists.</summary>
internal static class Pairs
{
    /// <summary>Options <c>name=value</c> as a map; the last value of a name wins.</summary>
    public static Dictionary<string, string> Parse(IEnumerable<string> pairs)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            map[equals < 0 ? pair : pair[..equals]] = equals < 0 ? "" : pair[(equals + 1)..];
        }

        return map;
    }

    /// <summary>A map as <c>a=b,c=d</c>.</summary>
    public static string Show(IReadOnlyDictionary<string, string>? map) => string.Join(',', (map ?? Empty).Select(p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal));

    /// <summary>What a template's <c>.Label</c> returns for its argument.</summary>
    public static string Find(IReadOnlyDictionary<string, string>? map, IReadOnlyList<object?> arguments) => (map ?? Empty).GetValueOrDefault(arguments[0] as string ?? "", "");

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();
}
