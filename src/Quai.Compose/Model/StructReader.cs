using System.Globalization;
using Quai.Compose.Forms;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>Reads the members of the model from a tree in long form; what has been checked before is of the right kind.</summary>
internal static class StructReader
{
    public static string Text(this ComposeMapping node, string key) => (node[key] as ComposeScalar)?.Text ?? "";

    public static bool Flag(this ComposeMapping node, string key) => node.FlagOrNull(key) ?? false;

    public static bool? FlagOrNull(this ComposeMapping node, string key) =>
        node[key] is ComposeScalar { IsNull: false } scalar ? scalar.Text.ToLowerInvariant() is "true" or "yes" or "y" or "on" or "1" or "t" : null;

    public static long Number(this ComposeMapping node, string key) => node.NumberOrNull(key) ?? 0;

    public static long? NumberOrNull(this ComposeMapping node, string key) => node[key] switch
    {
        ComposeScalar { Kind: ScalarKind.Integer } whole => whole.Integer,
        ComposeScalar { Kind: ScalarKind.Float } real => (long)real.Float,
        ComposeScalar { Kind: ScalarKind.Text } text => throw Fault(text, $"{key}: \"{text.Text}\" is a text, not an integer", "an integer"),
        _ => null,
    };

    public static float Real(this ComposeMapping node, string key) => node[key] switch
    {
        ComposeScalar { Kind: ScalarKind.Integer or ScalarKind.Float } number => (float)number.Float,
        ComposeScalar { Kind: ScalarKind.Text } text => float.TryParse(text.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            ? value : throw Fault(text, $"{key}: \"{text.Text}\" is not a number", "a number"),
        _ => 0,
    };

    public static long Bytes(this ComposeMapping node, string key) => node[key] switch
    {
        ComposeScalar { Kind: ScalarKind.Integer } whole => whole.Integer,

        // The reference implementation takes such a number for none, and so for no limit.
        ComposeScalar { Kind: ScalarKind.Float } real => throw Fault(real, $"{key}: {real.Text} is no whole number of bytes", "a whole number, or a size as 64m"),
        ComposeScalar { Kind: ScalarKind.Text } text => ByteSize.Parse(text.Text) ?? throw Fault(text, $"invalid size: '{text.Text}'", "a size as 64m"),
        _ => 0,
    };

    public static GoDuration? DurationOrNull(this ComposeMapping node, string key) => node[key] switch
    {
        ComposeScalar { Kind: ScalarKind.Integer } whole => new GoDuration(whole.Integer),
        ComposeScalar { Kind: ScalarKind.Text } text => GoDuration.Parse(text.Text) ?? throw Fault(text, $"invalid duration: \"{text.Text}\"", "a duration as 1m30s"),
        _ => null,
    };

    public static GoDuration Duration(this ComposeMapping node, string key) => node.DurationOrNull(key) ?? default;

    public static IReadOnlyList<string> Texts(this ComposeMapping node, string key) => node[key] switch
    {
        ComposeSequence sequence => [.. sequence.Items.OfType<ComposeScalar>().Select(Item)],
        ComposeScalar { IsNull: false } scalar => [scalar.Text],
        _ => [],
    };

    private static string Item(ComposeScalar item) =>
        item.Kind != ScalarKind.Float ? item.Text : throw Fault(item, $"{item.Text} is a number with a fraction, not a text or an integer", "a text or an integer");

    public static IReadOnlyList<string>? Command(this ComposeMapping node, string key) => node[key] switch
    {
        ComposeSequence sequence => [.. sequence.Items.OfType<ComposeScalar>().Select(item => item.Text)],
        ComposeScalar { IsNull: false } text => CommandWords.Split(text.Text) ?? throw Fault(text, "invalid command line string", "a command whose quotation marks match"),
        _ => null,
    };

    public static IReadOnlyList<string> Test(this ComposeMapping node, string key) =>
        node[key] is ComposeScalar { IsNull: false } text ? ["CMD-SHELL", text.Text] : node.Texts(key);

    public static IReadOnlyDictionary<string, string> TextMap(this ComposeMapping node, string key)
    {
        Dictionary<string, string> texts = [];
        foreach ((string name, string? value) in node.NullableTextMap(key))
        {
            texts[name] = value ?? "";
        }

        return texts;
    }

    public static IReadOnlyDictionary<string, string?> NullableTextMap(this ComposeMapping node, string key)
    {
        Dictionary<string, string?> texts = [];
        if (node[key] is ComposeMapping mapping)
        {
            foreach ((string name, ComposeNode value) in mapping.Entries)
            {
                texts[name] = value is ComposeScalar { IsNull: false } scalar ? scalar.Text : null;
            }
        }

        foreach (ComposeScalar item in (node[key] as ComposeSequence)?.Items.OfType<ComposeScalar>() ?? [])
        {
            string[] parts = item.Text.Split('=', 2);
            texts[parts[0]] = parts.Length > 1 ? parts[1] : null;
        }

        return texts;
    }

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> OptionMap(this ComposeMapping node, string key) =>
        node[key] is not ComposeMapping mapping ? Nothing.Lists : mapping.Entries.ToDictionary(
            entry => entry.Key,
            entry => (IReadOnlyList<string>)[.. (entry.Value as ComposeSequence)?.Items.OfType<ComposeScalar>().Select(item => item.Text) ?? [((ComposeScalar)entry.Value).Text]]);

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Hosts(this ComposeMapping node, string key)
    {
        Dictionary<string, List<string>> hosts = [];
        if (node[key] is ComposeMapping mapping)
        {
            foreach ((string name, ComposeNode value) in mapping.Entries)
            {
                hosts[name] = value.IsNull ? [""] : [.. mapping.Texts(name)];
            }
        }

        foreach (ComposeScalar item in (node[key] as ComposeSequence)?.Items.OfType<ComposeScalar>() ?? [])
        {
            int sign = item.Text.IndexOf('=', StringComparison.Ordinal);
            sign = sign < 0 ? item.Text.IndexOf(':', StringComparison.Ordinal) : sign;
            if (sign < 0)
            {
                throw Fault(item, $"invalid additional host, missing IP: {item.Text}", "HOST=ADDRESS");
            }

            string name = item.Text[..sign];
            if (!hosts.TryGetValue(name, out List<string>? addresses))
            {
                hosts[name] = addresses = [];
            }

            addresses.AddRange(item.Text[(sign + 1)..].Split(','));
        }

        if (hosts.Keys.FirstOrDefault(name => name.Length == 0 || name.AsSpan().IndexOfAny(':', '=') >= 0) is { } bad)
        {
            throw Fault(node[key]!, $"bad host name '{bad}'", "a host name");
        }

        return hosts.ToDictionary(host => host.Key, host => (IReadOnlyList<string>)[.. host.Value.Select(ip => ip.Length > 2 && ip[0] == '[' && ip[^1] == ']' ? ip[1..^1] : ip)]);
    }

    public static long? Mode(this ComposeMapping node, string key)
    {
        if (node[key] is not ComposeScalar { Kind: ScalarKind.Text } text)
        {
            return node.NumberOrNull(key);
        }

        try
        {
            return Convert.ToInt64(text.Text, 8);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            throw Fault(text, $"{key}: \"{text.Text}\" is not an octal number", "an octal number");
        }
    }

    public static long Count(this ComposeMapping node, string key) => node[key] is ComposeScalar { Kind: ScalarKind.Text } text
        ? text.Text.Equals("all", StringComparison.OrdinalIgnoreCase) ? -1
            : long.TryParse(text.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long count) ? count
            : throw Fault(text, $"invalid value \"{text.Text}\", the only value allowed is 'all' or a number", "all or a number")
        : node.Number(key);

    public static T? One<T>(this ComposeMapping node, string key, Func<ComposeMapping, T> read)
        where T : class => node[key] is ComposeMapping mapping ? read(mapping) : null;

    public static IReadOnlyList<T> Many<T>(this ComposeMapping node, string key, Func<ComposeMapping, T> read) =>
        node[key] is ComposeSequence sequence ? [.. sequence.Items.OfType<ComposeMapping>().Select(read)] : [];

    public static IReadOnlyDictionary<string, T?> Named<T>(this ComposeMapping node, string key, Func<ComposeMapping, T> read)
        where T : class
    {
        Dictionary<string, T?> named = [];
        if (node[key] is ComposeMapping mapping)
        {
            foreach ((string name, ComposeNode value) in mapping.Entries)
            {
                named[name] = value is ComposeMapping one ? read(one) : value is ComposeScalar { IsNull: false } ? read(new ComposeMapping(("single", value)) { Place = value.Place }) : null;
            }
        }

        return named;
    }

    public static IReadOnlyDictionary<string, ComposeNode> Extensions(this ComposeMapping node)
    {
        Dictionary<string, ComposeNode>? found = null;
        foreach ((string key, ComposeNode value) in node.Entries)
        {
            if (key.StartsWith("x-", StringComparison.Ordinal))
            {
                (found ??= [])[key] = value;
            }
        }

        return found ?? Nothing.Nodes;
    }

    private static ComposeException Fault(ComposeNode node, string message, string expected) =>
        new(new ComposeFault(message) { Place = node.Place, Value = (node as ComposeScalar)?.Text, Expected = expected });
}
