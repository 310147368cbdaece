using Quai.Errors;

namespace Quai.Build.Attestations;

/// <summary>How a build is to be told of.</summary>
public sealed record ProvenanceDemand
{
    /// <summary>What builds' records have: all but the layers, of which each step would name those of all before it.</summary>
    public static ProvenanceDemand OfRecords { get; } = new() { HasLayers = false };

    /// <summary>Whether the graph, the arguments' values and the names of secrets are told.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Whether layers are told with the graph.</summary>
    public bool HasLayers { get; init; } = true;

    /// <summary>Whether the form is SLSA 1 rather than 0.2.</summary>
    public bool IsVersion1 { get; init; }

    /// <summary>Who is said to have built; empty for nobody.</summary>
    public string BuilderId { get; init; } = "";

    /// <summary>Whether the user says that the same build gives the same bytes.</summary>
    public bool IsReproducible { get; init; }

    /// <summary>Whether only images have it, but not files.</summary>
    public bool IsInlineOnly { get; init; }

    /// <summary>The name of the file that has it.</summary>
    public string FileName { get; init; } = "provenance.json";

    /// <summary>Reads it.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: a field is unknown or malformed.</exception>
    internal static ProvenanceDemand Read(IReadOnlyDictionary<string, string> fields)
    {
        var demand = new ProvenanceDemand();
        foreach ((string name, string value) in fields)
        {
            demand = name switch
            {
                "mode" => demand with { IsComplete = value switch { "max" or "full" => true, "min" => false, _ => throw QuaiException.Invalid($"invalid mode \"{value}\"") } },
                "version" => demand with { IsVersion1 = value switch { "v1" => true, "v0.2" => false, _ => throw QuaiException.Invalid($"invalid provenance SLSA version: {value}") } },
                "builder-id" => demand with { BuilderId = value },
                "reproducible" => demand with { IsReproducible = AttestationDemands.Flag(name, value) },
                "inline-only" => demand with { IsInlineOnly = AttestationDemands.Flag(name, value) },
                "filename" => demand with
                {
                    FileName = value.Length > 0 && value is not ("." or "..") && !value.Contains('/', StringComparison.Ordinal) ? value : throw QuaiException.Invalid($"invalid filename \"{value}\" of provenance: it must be a name without slashes"),
                },
                _ => throw QuaiException.Invalid($"unknown field {name} of provenance: there are mode, version, builder-id, reproducible, inline-only and filename"),
            };
        }

        return demand;
    }
}
