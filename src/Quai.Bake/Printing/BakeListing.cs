using Quai.Bake.Entries;

namespace Quai.Bake.Printing;

/// <summary>What <c>--list</c> asks for.</summary>
/// <param name="ListsTargets">Targets, else variables.</param>
/// <param name="IsJson">JSON, else a table.</param>
public sealed record BakeListing(bool ListsTargets, bool IsJson)
{
    /// <summary>Reads <c>targets</c>, <c>variables</c>, or <c>type=…,format=…</c>.</summary>
    /// <exception cref="BakeException">It is none of these.</exception>
    public static BakeListing Parse(string text)
    {
        string[] fields = Csv.Fields(text);
        string type = "", format = "";
        if (fields.Length == 1 && fields[0] == text && !text.StartsWith("type=", StringComparison.Ordinal))
        {
            type = text;
        }

        foreach (string field in type.Length > 0 ? [] : fields)
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? throw new BakeException($"invalid value {field}") : field[..equals].ToLowerInvariant().Trim();
            string value = field[(equals + 1)..];
            _ = key switch
            {
                "type" => type = value,
                "format" => format = value,
                _ => throw new BakeException($"unexpected key '{key}' in '{field}'"),
            };
        }

        if (type is not ("targets" or "variables"))
        {
            throw new BakeException($"invalid list type {Quote.Text(type)}");
        }

        return format is "" or "table" or "json"
            ? new(type == "targets", format == "json")
            : throw new BakeException($"invalid list format {Quote.Text(format)}");
    }

    /// <summary>The listing's text.</summary>
    public string Print(BakeDefinition definition) => ListsTargets ? ListPrinter.Targets(definition, IsJson) : ListPrinter.Variables(definition, IsJson);
}
