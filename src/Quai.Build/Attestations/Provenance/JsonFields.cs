using System.Text.Json;

namespace Quai.Build.Attestations.Provenance;

/// <summary>Writes members as those who read provenance know them from BuildKit: what has its usual value is left out.</summary>
internal static class JsonFields
{
    /// <summary>A text, unless it is empty.</summary>
    public static void Text(this Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    /// <summary>A number, unless it is 0.</summary>
    public static void Number(this Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    /// <summary>A truth, unless it is none.</summary>
    public static void Flag(this Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, true);
        }
    }

    /// <summary>A list of texts, unless it is empty.</summary>
    public static void Texts(this Utf8JsonWriter json, string name, IReadOnlyCollection<string> values)
    {
        if (values.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (string value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Texts by their names, in the order of these, unless there are none.</summary>
    public static void Map(this Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> values)
    {
        KeyValuePair<string, string>[] sorted = [.. values.OrderBy(v => v.Key, StringComparer.Ordinal)];
        if (sorted.Length > 0)
        {
            json.WriteStartObject(name);
            foreach ((string key, string value) in sorted)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>Objects, unless there are none.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="name">The list's name.</param>
    /// <param name="items">What is in it.</param>
    /// <param name="write">Writes the members of one.</param>
    public static void Objects<T>(this Utf8JsonWriter json, string name, IReadOnlyCollection<T> items, Action<T> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>An object.</summary>
    public static void Inner(this Utf8JsonWriter json, string name, Action write)
    {
        json.WriteStartObject(name);
        write();
        json.WriteEndObject();
    }
}
