using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.Build.Attestations;

/// <summary>Which attestations a build is asked for, by the attributes <c>attest:provenance</c> and <c>attest:sbom</c>.</summary>
public sealed record AttestationDemands
{
    private const string Prefix = "attest:", ProvenanceKey = "provenance", BillKey = "sbom";

    // What buildx asks for when its user asks for nothing. What users ask for begins with "type=".
    private const string UsualOfClients = "mode=min,inline-only=true";

    /// <summary>No attestations.</summary>
    public static AttestationDemands None { get; } = new();

    /// <summary>How the build is to be told; null for not at all.</summary>
    public ProvenanceDemand? Provenance { get; init; }

    /// <summary>How the result's packages are to be told; null for not at all.</summary>
    public BillDemand? Bill { get; init; }

    /// <summary>Reads them from a request's attributes. What clients ask for by themselves counts for nothing: the build's record has it, and an image stays what it was.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: one is unknown or malformed.</exception>
    public static AttestationDemands Read(IEnumerable<KeyValuePair<string, string>> attributes)
    {
        AttestationDemands demands = None;
        foreach ((string name, string value) in attributes.Where(a => a.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            string kind = name[Prefix.Length..];
            Dictionary<string, string> fields = Fields(kind, value);
            bool isDisabled = fields.Remove("disabled", out string? disabled) && Flag("disabled", disabled);
            fields.Remove("type");
            demands = kind switch
            {
                ProvenanceKey => demands with { Provenance = isDisabled || value == UsualOfClients ? null : ProvenanceDemand.Read(fields) },
                BillKey => demands with { Bill = isDisabled ? null : BillDemand.Read(fields) },
                _ => throw QuaiException.Invalid($"unknown attestation type \"{kind}\""),
            };
        }

        return demands;
    }

    /// <summary>A field that is true or false.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is neither.</exception>
    internal static bool Flag(string name, string value) =>
        Booleans.TryParse(value, out bool flag) ? flag : throw QuaiException.Invalid($"failed to parse {name} flag \"{value}\": strconv.ParseBool: parsing \"{value}\": invalid syntax");

    private static Dictionary<string, string> Fields(string kind, string value)
    {
        Dictionary<string, string> fields = [];
        if (value.Length == 0)
        {
            return fields;
        }

        foreach (string field in CommaFields.Read(value, default, "failed to parse attestation"))
        {
            int equals = field.IndexOf('=');
            fields[(equals < 0 ? field : field[..equals]).Trim()] = equals >= 0 ? field[(equals + 1)..] : throw QuaiException.Invalid($"invalid value {field} of attestation {kind}: it must be NAME=VALUE");
        }

        return fields;
    }
}
