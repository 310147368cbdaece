using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Options;

/// <summary>What is to be attested of a result.</summary>
internal static class AttestationOption
{
    private const string Provenance = "provenance", Bill = "sbom", Key = "attest:", TypeField = "type=";

    /// <summary>Reads what flags say. Builders know the fields, and refuse what they do not.</summary>
    /// <param name="demands">The values of <c>--attest</c>.</param>
    /// <param name="provenance">That of <c>--provenance</c>; empty for none.</param>
    /// <param name="bill">That of <c>--sbom</c>; empty for none.</param>
    /// <returns>The attributes of frontends.</returns>
    /// <exception cref="ExitException">A value is malformed, or something is asked for twice.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(IEnumerable<string> demands, string provenance, string bill)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (string demand in demands.Concat(Short(Provenance, provenance)).Concat(Short(Bill, bill)))
        {
            Dictionary<string, string> fields = Fields.Read(demand, field => $"ERROR: invalid value {field}");
            string type = fields.GetValueOrDefault("type", "");
            if (type.Length == 0)
            {
                throw new ExitException(1, "ERROR: attestation type not specified");
            }

            if (type == Provenance && fields.TryGetValue("mode", out string? mode) && mode is not ("min" or "max"))
            {
                throw new ExitException(1, $"ERROR: invalid mode \"{mode}\" of {Provenance}: min and max are all that there are");
            }

            if (!read.TryAdd(type, demand))
            {
                throw new ExitException(1, $"ERROR: duplicate attestation field {type}");
            }

            if (fields.TryGetValue("disabled", out string? disabled) && IsTrue(disabled))
            {
                // Known, so that nobody asks twice, and wanted not at all.
                read[type] = "";
            }
        }

        return [.. read.Where(r => r.Value.Length > 0).Select(r => KeyValuePair.Create(Key + r.Key, r.Value))];
    }

    /// <summary>What a bake file's target says.</summary>
    public static KeyValuePair<string, string> Of(string type, IReadOnlyDictionary<string, string> attributes) => KeyValuePair.Create(
        Key + type, string.Join(',', attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => Quoted($"{a.Key}={a.Value}")).Prepend(TypeField + type)));

    private static IEnumerable<string> Short(string type, string value) => value.ToLowerInvariant() switch
    {
        "" => [],
        "1" or "t" or "true" => [$"{TypeField}{type},disabled=false"],
        "0" or "f" or "false" => [$"{TypeField}{type},disabled=true"],
        _ => [$"{TypeField}{type},{value}"],
    };

    private static bool IsTrue(string text) => text.ToLowerInvariant() is "1" or "t" or "true";

    private static string Quoted(string field) => field.AsSpan().IndexOfAny(',', '"') < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
