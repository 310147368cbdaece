using System.Globalization;
using System.Text.Json;
using Quai.BuildProtocol.Llb;
using Quai.Oci.Images;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Build.Attestations.Provenance;

/// <summary>Writes how a result was made as provenance of SLSA: 0.2, or 1.</summary>
internal sealed class ProvenanceDocument
{
    private const string Version02Type = "https://slsa.dev/provenance/v0.2", Version1Type = "https://slsa.dev/provenance/v1";
    private const string BuildType02 = "https://mobyproject.org/buildkit@v1", BuildType1 = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
    private const string ArgumentPrefix = "build-arg:", LabelPrefix = "label:", RepositoryPrefix = "vcs:";

    private readonly ProvenanceFacts _facts;
    private readonly ProvenanceDemand _demand;
    private readonly Dictionary<string, string> _arguments;
    private readonly Dictionary<string, string> _repository;
    private readonly string _context, _file;
    private readonly bool _hasAllArguments, _hasAllMaterials;
    private readonly NumberedGraph? _graph;

    private ProvenanceDocument(ProvenanceFacts facts, ProvenanceDemand demand)
    {
        _facts = facts;
        _demand = demand;
        _arguments = facts.Use.Told();
        string key = _arguments.GetValueOrDefault("contextkey", "") is { Length: > 0 } named ? named : "context";
        _context = Without(key);
        _file = Without("filename");
        _repository = _arguments.Where(a => a.Key.StartsWith(RepositoryPrefix, StringComparison.Ordinal) && a.Value.Length > 0).ToDictionary(a => a.Key[RepositoryPrefix.Length..], a => a.Value);
        foreach (string name in _arguments.Keys.Where(k => k.StartsWith(RepositoryPrefix, StringComparison.Ordinal)).ToArray())
        {
            _arguments.Remove(name);
        }

        _hasAllArguments = facts.Use.Name.Length > 0;
        _hasAllMaterials = facts.Materials.Directories.Count == 0;
        _graph = demand.IsComplete && facts.Graph is { } graph ? NumberedGraph.Of(graph) : null;
        if (!demand.IsComplete)
        {
            // Their values may be nobody's business.
            foreach (string name in _arguments.Keys.Where(k => k.StartsWith(ArgumentPrefix, StringComparison.Ordinal) || k.StartsWith(LabelPrefix, StringComparison.Ordinal)).ToArray())
            {
                _arguments.Remove(name);
                _hasAllArguments = false;
            }
        }
    }

    /// <summary>The predicate type of what a demand wants.</summary>
    public static string TypeOf(ProvenanceDemand demand) => demand.IsVersion1 ? Version1Type : Version02Type;

    /// <summary>Writes it, on one line.</summary>
    public static byte[] Write(ProvenanceFacts facts, ProvenanceDemand demand)
    {
        var document = new ProvenanceDocument(facts, demand);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Statements.Compact))
        {
            json.WriteStartObject();
            if (demand.IsVersion1)
            {
                document.WriteVersion1(json);
            }
            else
            {
                document.WriteVersion02(json);
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private void WriteVersion02(Utf8JsonWriter json)
    {
        json.Inner("builder", () => json.WriteString("id", _demand.BuilderId));
        json.WriteString("buildType", BuildType02);
        WriteMaterials(json, "materials");
        json.Inner("invocation", () =>
        {
            json.Inner("configSource", () => WriteSource(json, "entryPoint"));
            json.Inner("parameters", () => WriteRequest(json));
            json.Inner("environment", () => json.WriteString("platform", Platform.Host.ToString()));
        });
        if (_graph is { } graph)
        {
            json.Inner("buildConfig", () => graph.Write(json));
        }

        json.Inner("metadata", () =>
        {
            json.WriteString("buildInvocationID", _facts.Invocation);
            json.WriteString("buildStartedOn", Time(_facts.StartedAt));
            json.WriteString("buildFinishedOn", Time(_facts.FinishedAt));
            json.Inner("completeness", () =>
            {
                json.WriteBoolean("parameters", _hasAllArguments);
                json.WriteBoolean("environment", true);
                json.WriteBoolean("materials", _hasAllMaterials);
            });
            json.WriteBoolean("reproducible", _demand.IsReproducible);
            json.Flag(BuildType02 + "#hermetic", IsHermetic);
            json.Inner(BuildType02 + "#metadata", () => WriteMetadata(json));
        });
    }

    private void WriteVersion1(Utf8JsonWriter json)
    {
        json.Inner("buildDefinition", () =>
        {
            json.WriteString("buildType", BuildType1);
            WriteMaterials(json, "resolvedDependencies");
            json.Inner("externalParameters", () =>
            {
                json.Inner("configSource", () => WriteSource(json, "path"));
                json.Inner("request", () => WriteRequest(json));
            });
            json.Inner("internalParameters", () =>
            {
                if (_graph is { } graph)
                {
                    json.Inner("buildConfig", () => graph.Write(json));
                }

                json.WriteString("builderPlatform", Platform.Host.ToString());
            });
        });
        json.Inner("runDetails", () =>
        {
            json.Inner("builder", () => json.WriteString("id", _demand.BuilderId));
            json.Inner("metadata", () =>
            {
                json.WriteString("invocationId", _facts.Invocation);
                json.WriteString("startedOn", Time(_facts.StartedAt));
                json.WriteString("finishedOn", Time(_facts.FinishedAt));
                json.Inner("buildkit_metadata", () => WriteMetadata(json));
                json.Flag("buildkit_hermetic", IsHermetic);
                json.Inner("buildkit_completeness", () =>
                {
                    json.WriteBoolean("request", _hasAllArguments);
                    json.WriteBoolean("resolvedDependencies", _hasAllMaterials);
                });
                json.Flag("buildkit_reproducible", _demand.IsReproducible);
            });
        });
    }

    private bool IsHermetic => _hasAllMaterials && !_facts.Materials.HasNetwork;

    private void WriteMaterials(Utf8JsonWriter json, string name)
    {
        BuildMaterials materials = _facts.Materials;
        (string Uri, string Algorithm, string Value)[] all =
        [
            .. materials.Images.Select(i => (i.Key, i.Value.Algorithm, i.Value.Hex)),
            .. materials.Commits.Select(c => (c.Key, "sha1", c.Value)),
            .. materials.Files.Select(f => (f.Key, f.Value.Algorithm, f.Value.Hex)),
        ];
        json.Objects(name, all, m =>
        {
            json.WriteString("uri", m.Uri);
            json.Inner("digest", () => json.WriteString(m.Algorithm, m.Value));
        });
    }

    /// <summary>Where the Dockerfile came from.</summary>
    private void WriteSource(Utf8JsonWriter json, string fileName)
    {
        if (_context.Length > 0)
        {
            json.WriteString("uri", _context);
            if (_facts.Materials.Commits.TryGetValue(_context, out string? commit))
            {
                json.Inner("digest", () => json.WriteString("sha1", commit));
            }
            else if (_facts.Materials.Files.TryGetValue(_context, out Digest digest))
            {
                json.Inner("digest", () => json.WriteString(digest.Algorithm, digest.Hex));
            }
        }

        json.Text(fileName, _file);
    }

    private void WriteRequest(Utf8JsonWriter json)
    {
        json.Text("frontend", _facts.Use.Name);
        json.Map("args", _arguments);
        if (_demand.IsComplete)
        {
            json.Objects("secrets", _facts.Materials.Secrets, s => WriteNamed(json, s));
            json.Objects("ssh", _facts.Materials.Agents, s => WriteNamed(json, s));
        }

        json.Objects("locals", _facts.Materials.Directories, d => json.WriteString("name", d));
    }

    private static void WriteNamed(Utf8JsonWriter json, KeyValuePair<string, bool> named)
    {
        json.WriteString("id", named.Key);
        json.Flag("optional", named.Value);
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        json.Map("vcs", _repository);
        if (_graph is not { } graph)
        {
            return;
        }

        if (_facts.Graph?.Source is { Infos.Count: > 0 } source)
        {
            json.Inner("source", () =>
            {
                graph.WriteLocations(json, source);
                json.Objects("infos", source.Infos, i => WriteInfo(json, i));
            });
        }

        (string Name, IReadOnlyList<Descriptor> Layers)[] layers =
        [
            .. _facts.Layers.Select(l => (Name: graph.NameOf(l.Key.Digest) is { } step ? string.Create(CultureInfo.InvariantCulture, $"{step}:{l.Key.Index}") : "", l.Value))
                .Where(l => l.Name.Length > 0).OrderBy(l => l.Name, StringComparer.Ordinal),
        ];
        if (layers.Length > 0)
        {
            json.Inner("layers", () => Array.ForEach(layers, l => WriteLayers(json, l.Name, l.Layers)));
        }
    }

    private static void WriteInfo(Utf8JsonWriter json, SourceInfo info)
    {
        json.Text("filename", info.Filename);
        json.Text("language", info.Language);
        json.Text("data", info.Data.ToBase64());
        if (info.Definition is { } definition)
        {
            NumberedGraph.Of(definition).Write(json);
        }
    }

    // A list in a list: the same result may be packed in several ways.
    private static void WriteLayers(Utf8JsonWriter json, string name, IReadOnlyList<Descriptor> layers)
    {
        json.WriteStartArray(name);
        json.WriteStartArray();
        foreach (Descriptor layer in layers)
        {
            json.WriteStartObject();
            json.Text("mediaType", layer.MediaType ?? "");
            json.WriteString("digest", layer.Digest);
            json.WriteNumber("size", layer.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndArray();
    }

    private string Without(string key) => _arguments.Remove(key, out string? value) ? value : "";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
