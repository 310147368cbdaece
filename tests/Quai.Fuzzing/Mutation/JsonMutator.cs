using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Quai.Fuzzing;

/// <summary>Changes JSON as JSON: values of other kinds, huge and strange ones, members taken away, doubled, renamed.</summary>
public static class JsonMutator
{
    /// <summary>Values that a reader may not expect, as they are written.</summary>
    public static IReadOnlyList<string> Oddities { get; } =
    [
        "null", "true", "false", "0", "-1", "1", "1.5", "-0", "1e400", "1E2", "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616",
        "123456789012345678901234567890", "\"\"", "\" \"", "\"0\"", "\"-1\"", "\"null\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"a\\nb\\u001b[2J\"", "\"../../../etc/passwd\"", "\"/\"", "\":\"", "\"=\"",
        "\"18446744073709551616\"", "\"0001-01-01T00:00:00Z\"", "\"9999-99-99T99:99:99Z\"", "[]", "{}", "[null]", "[[]]", "[{}]", "[\"\"]", "[0]", "{\"\":null}", "{\"\":\"\"}", "{\"a\":{}}", "{\"a\":[]}", "{\"a\":null}", "{\"a\":[null]}",
        "\"" + new string('x', 70_000) + "\"", "[" + string.Join(',', Enumerable.Repeat("\"a\"", 5000)) + "]", "[" + string.Join(',', Enumerable.Repeat("null", 5000)) + "]",
        string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200)), string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60),
    ];

    /// <summary>One change somewhere in the document; a change of bytes if it is not JSON.</summary>
    public static byte[] Mutate(Random random, byte[] json)
    {
        if (random.Next(8) == 0)
        {
            return ByteMutator.Mutate(random, json);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 300 });
            return Mutate(random, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No longer JSON, or with text that is not UTF-8.
            return ByteMutator.Mutate(random, json);
        }
    }

    /// <summary>The document with each of its values, one after the other, replaced by each of the oddities, and left out.</summary>
    public static IEnumerable<byte[]> EveryValue(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        List<JsonElement> all = [];
        Collect(document.RootElement, all);
        for (int target = 0; target < all.Count; target++)
        {
            yield return Write(document.RootElement, target, static _ => "");
            foreach (string oddity in Oddities)
            {
                yield return Write(document.RootElement, target, _ => oddity);
            }
        }
    }

    private static byte[] Mutate(Random random, JsonElement root)
    {
        List<JsonElement> all = [];
        Collect(root, all);
        int target = random.Next(all.Count);
        string oddity = Oddities[random.Next(Oddities.Count)];
        return Write(root, target, (random.Next(9), all[target].ValueKind) switch
        {
            (0, _) => _ => "",
            (1, _) => text => text + ",\u0001" + text,
            (2, JsonValueKind.String) => text => text.Insert(1 + random.Next(text.Length - 1), Piece(random)),
            (3, JsonValueKind.Array or JsonValueKind.Object) => text => text.Length > 2 ? $"{text[..1]}{Member(text, oddity)},{text[1..]}" : $"{text[..1]}{Member(text, oddity)}{text[1..]}",
            (4, _) => _ => all[random.Next(all.Count)].GetRawText(),
            (5, JsonValueKind.Number) => text => text + random.Next(100_000).ToString(CultureInfo.InvariantCulture),
            (6, _) => text => "[" + text + "]",
            _ => _ => oddity,
        });
    }

    private static string Member(string parent, string value) => parent[0] == '{' ? "\"more\":" + value : value;

    private static string Piece(Random random) => random.Next(8) switch
    {
        0 => "\\u0000",
        1 => "\\ud800",
        2 => "/../",
        3 => new string('y', random.Next(2000)),
        4 => "\\n",
        5 => ":",
        6 => "%",
        _ => random.Next(1000).ToString(CultureInfo.InvariantCulture),
    };

    private static void Collect(JsonElement element, List<JsonElement> all)
    {
        all.Add(element);
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                Collect(item, all);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                Collect(member.Value, all);
            }
        }
    }

    /// <summary>The text with the value of that number changed; one that becomes nothing is left out with its name.</summary>
    private static byte[] Write(JsonElement root, int target, Func<string, string> change)
    {
        var text = new StringBuilder();
        int next = 0;
        Write(text, root, target, change, ref next, "");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <returns>Whether anything was written.</returns>
    private static bool Write(StringBuilder text, JsonElement element, int target, Func<string, string> change, ref int next, string before)
    {
        if (next++ == target)
        {
            // A doubled value needs its name before both.
            string changed = change(element.GetRawText()).Replace("\u0001", before, StringComparison.Ordinal);
            text.Append(changed.Length == 0 ? "" : before + changed);
            List<JsonElement> below = [];
            Collect(element, below);
            next += below.Count - 1;
            return changed.Length > 0;
        }

        text.Append(before);
        bool some = false;
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in element.EnumerateArray())
                {
                    some |= Separated(text, item, target, change, ref next, "", some);
                }

                text.Append(']');
                break;
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    some |= Separated(text, member.Value, target, change, ref next, Name(member), some);
                }

                text.Append('}');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }

        return true;
    }

    private static bool Separated(StringBuilder text, JsonElement element, int target, Func<string, string> change, ref int next, string name, bool some)
    {
        int length = text.Length;
        text.Append(some ? "," : "");
        if (Write(text, element, target, change, ref next, name))
        {
            return true;
        }

        text.Length = length;
        return false;
    }

    private static string Name(JsonProperty member)
    {
        try
        {
            return JsonSerializer.Serialize(member.Name) + ":";
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which a mutation put there.
            return "\"\":";
        }
    }
}
