using Google.Protobuf;
using Quai.Build.Jobs;
using Quai.BuildKit.Builds;
using Quai.BuildProtocol.Gateway;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.BuildKit.Gateways;

/// <summary>Results of builds as clients have them: by ids, with the graph that each is the result of, so that another build can take it as its input.</summary>
internal static class GatewayResults
{
    private const string ScanKey = "quai.scan";
    private const int LongestName = 255;

    /// <summary>Writes a result, whose parts are kept for further calls.</summary>
    /// <param name="result">The result.</param>
    /// <param name="build">Keeps the parts.</param>
    /// <param name="withGraphs">Whether the client understands more than ids.</param>
    public static Result Write(SolveResult result, GatewayBuild build, bool withGraphs)
    {
        var message = new Result();
        foreach ((string name, byte[] value) in result.Metadata)
        {
            message.Metadata.Add(name, UnsafeByteOperations.UnsafeWrap(value));
        }

        foreach (GivenAttestation given in withGraphs ? result.Attestations : [])
        {
            ListOf(message, given.Key).Attestation.Add(Write(given, build));
        }

        foreach (ScanTarget target in withGraphs ? result.ScanTargets : [])
        {
            ListOf(message, target.Key).Attestation.Add(new Attestation { Kind = AttestationKind.Bundle, Metadata = { [ScanKey] = ByteString.CopyFromUtf8(target.Name) }, Ref = Write(target.Ref, build), InTotoPredicateType = "https://spdx.dev/Document" });
        }

        if (result.Refs is { } several)
        {
            if (withGraphs)
            {
                message.Refs = new RefMap { Refs = { several.ToDictionary(r => r.Key, r => Write(r.Value, build)) } };
            }
            else
            {
                message.RefsDeprecated = new RefMapDeprecated { Refs = { several.ToDictionary(r => r.Key, r => build.Keep(r.Value)) } };
            }
        }
        else if (withGraphs)
        {
            message.Ref = Write(result.Ref, build);
        }
        else
        {
            message.RefDeprecated = build.Keep(result.Ref);
        }

        return message;
    }

    /// <summary>Reads a result that a client or a frontend returns; null is an empty one.</summary>
    /// <exception cref="QuaiException">It names a part that the build does not have, or has what is not done here.</exception>
    public static SolveResult Read(Result? message, GatewayBuild build)
    {
        if (message is null)
        {
            return new SolveResult();
        }

        var result = new SolveResult
        {
            Metadata = message.Metadata.ToDictionary(m => m.Key, m => m.Value.ToByteArray()),
            ScanTargets = [.. message.Attestations.SelectMany(a => a.Value.Attestation.Where(IsScanned).Select(one => Read(a.Key, one, build)))],
            Attestations = [.. message.Attestations.SelectMany(a => a.Value.Attestation.Where(one => !IsScanned(one)).Select(one => Given(a.Key, one, build)))],
        };
        return message.ResultCase switch
        {
            Result.ResultOneofCase.Ref => result with { Ref = build.Find(message.Ref.Id) },
            Result.ResultOneofCase.Refs => result with { Refs = message.Refs.Refs.ToDictionary(r => r.Key, r => build.Find(r.Value.Id)) },
            Result.ResultOneofCase.RefDeprecated => result with { Ref = build.Find(message.RefDeprecated) },
            Result.ResultOneofCase.RefsDeprecated => result with { Refs = message.RefsDeprecated.Refs.ToDictionary(r => r.Key, r => build.Find(r.Value)) },
            _ => result,
        };
    }

    // Beside a result, what is to be looked through for packages travels as an attestation that is yet to be made: clients hand back what they do not know.
    private static ScanTarget Read(string key, Attestation attestation, GatewayBuild build)
    {
        string name = attestation.Metadata[ScanKey].ToStringUtf8();
        return name.Length <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && build.Find(attestation.Ref?.Id ?? "") is { } files
            ? new ScanTarget(key, name, files)
            : throw QuaiException.Invalid($"{name} cannot be looked through for packages: it is no stage of the build");
    }

    private static bool IsScanned(Attestation attestation) => attestation.Kind == AttestationKind.Bundle && attestation.Metadata.TryGetValue(ScanKey, out ByteString? name) && name.Length > 0;

    private static Attestations ListOf(Result message, string key)
    {
        if (!message.Attestations.TryGetValue(key, out Attestations? list))
        {
            message.Attestations[key] = list = new Attestations();
        }

        return list;
    }

    private static Attestation Write(GivenAttestation given, GatewayBuild build)
    {
        var attestation = new Attestation { Kind = given.IsBundle ? AttestationKind.Bundle : AttestationKind.InToto, Ref = Write(given.Ref, build), Path = given.Path, InTotoPredicateType = given.PredicateType };
        if (given is { IsAboutResult: true, Subjects.Count: > 0 })
        {
            attestation.InTotoSubjects.Add(new InTotoSubject { Kind = InTotoSubjectKind.Self });
        }

        attestation.InTotoSubjects.Add(given.Subjects.Select(s => new InTotoSubject { Kind = InTotoSubjectKind.Raw, Name = s.Name, Digest = { s.Digest.ToString() } }));
        return attestation;
    }

    private static GivenAttestation Given(string key, Attestation attestation, GatewayBuild build)
    {
        bool isBundle = attestation.Kind switch
        {
            AttestationKind.InToto => false,
            AttestationKind.Bundle => true,
            _ => throw QuaiException.Invalid($"an attestation is of the unknown kind {attestation.Kind}"),
        };
        if (!isBundle && (attestation.InTotoPredicateType.Length == 0 || attestation.Path.Length == 0))
        {
            throw QuaiException.Invalid("an attestation of the kind in-toto needs a predicate type and the path of its file");
        }

        IBuildRef files = build.Find(attestation.Ref?.Id ?? "") ?? throw QuaiException.Invalid($"an attestation {attestation.InTotoPredicateType} has no files");
        return new GivenAttestation(key, files, attestation.Path, attestation.InTotoPredicateType)
        {
            IsBundle = isBundle,
            IsAboutResult = attestation.InTotoSubjects.Count == 0 || attestation.InTotoSubjects.Any(s => s.Kind == InTotoSubjectKind.Self),
            Subjects =
            [
                .. attestation.InTotoSubjects.Where(s => s.Kind == InTotoSubjectKind.Raw).SelectMany(s => s.Digest.Select(d => Digest.TryParse(d, out Digest digest) ? (s.Name, digest)
                    : throw QuaiException.Invalid($"an attestation {attestation.InTotoPredicateType} is about {s.Name}, whose digest {d} is none"))),
            ],
        };
    }

    private static Ref Write(IBuildRef? result, GatewayBuild build) => result is null ? new Ref() : new Ref { Id = build.Keep(result), Def = result.Definition };
}
