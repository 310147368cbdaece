using Quai.Build.Attestations;
using Quai.Build.Jobs;
using Quai.Build.Reasons;
using Quai.Build.Sources.Policies;
using Quai.BuildProtocol.Control;
using Quai.Errors;

namespace Quai.BuildKit.Controls;

/// <summary>What a request for a build demands.</summary>
internal static class SolveDemands
{
    /// <summary>Refuses what is not done here and cannot be left out without the user's harm.</summary>
    /// <exception cref="QuaiException">Kind NotImplemented.</exception>
    public static void Check(SolveRequest request)
    {
        if (request.Ref.Length == 0)
        {
            throw QuaiException.Invalid("the build has no id");
        }

        if (request.SourcePolicySession.Length > 0)
        {
            throw new QuaiException(ErrorKind.NotImplemented, "source policies that the client is asked for source by source are not available in this version of Quai");
        }
    }

    /// <summary>Whether the build is to tell why its steps run.</summary>
    public static bool IsExplained(SolveRequest request) => request.FrontendAttrs.GetValueOrDefault(BuildReasons.Attribute) is "1" or "true";

    /// <summary>Which sources the build may have; null for all.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: a rule is malformed.</exception>
    public static SourcePolicy? Policy(SolveRequest request) => request.SourcePolicy is { Rules.Count: > 0 } policy ? SourcePolicy.Read(policy) : null;

    /// <summary>What is attested of the build's result.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is malformed.</exception>
    public static AttestationDemands Attestations(SolveRequest request) => AttestationDemands.Read(request.FrontendAttrs);

    /// <summary>Whether the client drives the build itself, by calls of the gateway, and returns its result.</summary>
    public static bool IsDrivenByClient(SolveRequest request) => request.Frontend.Length == 0 && !(request.Definition?.Def.Count > 0);

    /// <summary>The caches elsewhere that the build begins with.</summary>
    public static IReadOnlyList<CacheReference> Imports(SolveRequest request) => [.. (request.Cache?.Imports ?? []).Select(Read)];

    /// <summary>Where the build's cache is kept besides.</summary>
    public static IReadOnlyList<CacheReference> CacheExports(SolveRequest request) => [.. (request.Cache?.Exports ?? []).Select(Read)];

    /// <summary>What is to come of the build, as the client said it. Newer clients say it twice: with the field that older builders know, too.</summary>
    public static IReadOnlyList<Exporter> Exporters(SolveRequest request) => request switch
    {
        { Exporters.Count: > 0 } => request.Exporters,
        { ExporterDeprecated.Length: > 0 } => [new Exporter { Type = request.ExporterDeprecated, Attrs = { request.ExporterAttrsDeprecated } }],
        _ => [],
    };

    /// <summary>What is to come of the build.</summary>
    public static IReadOnlyList<ExportRequest> Exports(SolveRequest request) =>
        [.. Exporters(request).Select((e, i) => new ExportRequest(e.Type, e.Attrs.ToDictionary(), i))];

    private static CacheReference Read(CacheOptionsEntry entry) => new(entry.Type, entry.Attrs.ToDictionary());
}
