using System.Text;

namespace Quai.Bake.Compose;

/// <summary>Replaces <c>$NAME</c> and <c>${NAME…}</c> in the values of compose files.</summary>
/// <param name="environment">The variables.</param>
internal sealed class Interpolation(IReadOnlyDictionary<string, string> environment)
{
    private const int MostNesting = 50, LongestResult = 4 << 20;

    /// <summary>A tree with all values replaced.</summary>
    public ComposeNode Apply(ComposeNode node, string path) => node switch
    {
        ComposeScalar scalar when scalar.Text.Contains('$', StringComparison.Ordinal) => scalar with { Text = Replace(scalar.Text, path), IsPlain = false },
        ComposeSequence sequence => sequence with { Items = [.. sequence.Items.Select(item => Apply(item, $"{path}.[]"))] },
        ComposeMapping mapping => mapping with { Entries = [.. mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, Apply(entry.Value, path.Length == 0 ? entry.Key : $"{path}.{entry.Key}")))] },
        _ => node,
    };

    private string Replace(string text, string path)
    {
        int at = 0;
        string? result = Replace(text, ref at, path, nesting: 0);
        return result ?? throw new BakeException($"invalid interpolation format for {path}.\nYou may need to escape any $ with another $.\n{text}");
    }

    /// <summary>Up to the end, or within braces up to the one that closes them; null where something is malformed.</summary>
    private string? Replace(string text, ref int at, string path, int nesting)
    {
        if (nesting > MostNesting)
        {
            return null;
        }

        StringBuilder result = new();
        while (at < text.Length && (nesting == 0 || text[at] != '}'))
        {
            if (text[at] != '$')
            {
                result.Append(text[at++]);
                continue;
            }

            at++;
            if (at < text.Length && text[at] == '$')
            {
                result.Append('$');
                at++;
            }
            else if (at < text.Length && text[at] == '{')
            {
                at++;
                if (Braces(text, ref at, path, nesting) is not { } value)
                {
                    return null;
                }

                result.Append(value);
            }
            else
            {
                string name = TakeName(text, ref at);
                if (name.Length == 0)
                {
                    return null;
                }

                result.Append(environment.GetValueOrDefault(name, ""));
            }

            if (result.Length > LongestResult)
            {
                throw new BakeException($"the value of {path} is too large");
            }
        }

        return result.ToString();
    }

    private string? Braces(string text, ref int at, string path, int nesting)
    {
        string name = TakeName(text, ref at);
        if (name.Length == 0 || at >= text.Length)
        {
            return null;
        }

        bool isSet = environment.TryGetValue(name, out string? value);
        string sign = "";
        if (text[at] == ':')
        {
            sign = ":";
            at++;
        }

        if (at < text.Length && text[at] is '-' or '?' or '+')
        {
            sign += text[at++];
        }
        else if (sign.Length > 0)
        {
            return null;
        }

        string? word = null;
        if (sign.Length > 0)
        {
            word = Replace(text, ref at, path, nesting + 1);
            if (word is null)
            {
                return null;
            }
        }

        if (at >= text.Length || text[at++] != '}')
        {
            return null;
        }

        bool counts = isSet && (!sign.StartsWith(':') || value!.Length > 0);
        return sign.TrimStart(':') switch
        {
            "-" => counts ? value : word,
            "+" => counts ? word : "",
            "?" => counts ? value : throw new BakeException($"error while interpolating {path}: required variable {name} is missing a value{(word!.Length > 0 ? ": " + word : "")}"),
            _ => value ?? "",
        };
    }

    private static string TakeName(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && (text[at] == '_' || char.IsAsciiLetter(text[at]) || (at > start && char.IsAsciiDigit(text[at]))))
        {
            at++;
        }

        return text[start..at];
    }
}
