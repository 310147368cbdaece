using System.Globalization;
using System.Text.Json;
using Quai.Bake.Entries;
using Quai.Bake.Values;

namespace Quai.Bake.Definitions;

/// <summary>Reads the values that the environment has for variables.</summary>
internal static class VariableReader
{
    /// <summary>Text as the type of the variable's own value; lists and maps as comma-separated fields where the type is declared.</summary>
    public static Value FromText(string name, string text, Value own, HclType? declared)
    {
        switch (own.Type.Kind)
        {
            case TypeKind.Bool:
                return Value.Bool(GoBool.Parse(text) ?? throw new ReferenceException($"failed to parse {name} as bool: {GoBool.Failure(text)}"));
            case TypeKind.String or TypeKind.Dynamic:
                return Value.String(text);
            case TypeKind.Number:
                return Value.Number(Number(name, text));
            case TypeKind.List or TypeKind.Set or TypeKind.Tuple or TypeKind.Map when declared is not null:
                return FromCsv(name, text, declared);
            default:
                throw new ReferenceException($"unsupported type {own.Type.FriendlyName} for variable {name}");
        }
    }

    /// <summary>JSON as the declared type.</summary>
    public static Value FromJson(string name, string json, HclType type)
    {
        Value value;
        try
        {
            value = ValueJson.Read(json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new ReferenceException($"failed to convert variable {name} from JSON: invalid JSON");
        }

        return Conversion.Convert(value, type, out string? wrong) ?? throw new ReferenceException($"failed to convert variable {name} from JSON: {wrong}");
    }

    private static BigNumber Number(string name, string text) =>
        double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? BigNumber.Of(number)
            : throw new ReferenceException($"failed to parse {name} as number: strconv.ParseFloat: parsing {Quote.Text(text)}: invalid syntax");

    private static Value FromCsv(string name, string text, HclType type)
    {
        string[] fields;
        try
        {
            fields = text.Length == 0 ? [] : [.. Csv.ReadRecords(text).FirstOrDefault() ?? []];
        }
        catch (FormatException e)
        {
            throw new ReferenceException($"failed to convert variable {name} from CSV: failed to parse {text} as CSV: {e.Message}");
        }

        Value value = Value.Tuple(fields.Select(Value.String));
        if (type.Kind == TypeKind.Map)
        {
            Dictionary<string, Value> entries = [];
            foreach (string field in fields)
            {
                string[] pieces = field.Split(':');
                entries[pieces[0]] = pieces.Length == 2
                    ? Value.String(pieces[1])
                    : throw new ReferenceException($"failed to convert variable {name} from CSV: expected one k/v pair but got {pieces.Length} pieces from {field}");
            }

            value = Value.Object(entries);
        }

        return Conversion.Convert(value, type, out string? wrong) ?? throw new ReferenceException($"failed to convert variable {name} from CSV: {wrong}");
    }
}
