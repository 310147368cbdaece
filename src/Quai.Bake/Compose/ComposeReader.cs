using System.Globalization;
using Quai.Bake.Definitions;
using Quai.Bake.Entries;
using Quai.Bake.Plans;

namespace Quai.Bake.Compose;

/// <summary>Makes targets of the services of compose files.</summary>
internal sealed class ComposeReader
{
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly IComposeLoader _loader;

    public ComposeReader(BakeOptions options)
    {
        _environment = EnvironmentOf(options);
        _loader = new YamlComposeLoader(_environment);
    }

    /// <summary>Refuses what is no compose file.</summary>
    /// <exception cref="BakeException">It is none.</exception>
    public void Validate(BakeFile file) => _loader.Load([file]);

    /// <summary>Adds a target for each service that is built, and a group of all of them.</summary>
    /// <exception cref="BakeException">The files are wrong.</exception>
    public void Read(IReadOnlyList<BakeFile> files, Definition definition)
    {
        ComposeProject project = _loader.Load(files);
        if (project.Services.Count == 0)
        {
            return;
        }

        List<string> names = [];
        foreach (ComposeService service in project.Services)
        {
            if (service.Build is not { } build)
            {
                continue;
            }

            string name = TargetName.Sanitize(service.Name);
            if (!TargetName.IsValid(name))
            {
                throw new BakeException($"invalid service name {Quote.Text(name)}: only \"[a-zA-Z0-9_-]+\" are allowed");
            }

            names.Add(name);
            definition.Targets.Add(ToTarget(name, service, build, project));
        }

        definition.Groups.Add(new() { Name = "default", Targets = names });
    }

    private static Dictionary<string, string> EnvironmentOf(BakeOptions options)
    {
        Dictionary<string, string> all = options.SeesEnvironment ? new(options.Environment) : [];
        if (options.DotEnv is { } text)
        {
            foreach ((string name, string value) in DotEnv.Read(text, all))
            {
                all.TryAdd(name, value);
            }
        }

        foreach ((string name, string value) in options.Variables)
        {
            all[name] = value;
        }

        return all;
    }

    private TargetDraft ToTarget(string name, ComposeService service, ComposeBuild build, ComposeProject project)
    {
        TargetDraft target = new()
        {
            Name = name,
            Context = NullIfEmpty(build.Context),
            Contexts = build.AdditionalContexts.Count > 0 ? Contexts(build.AdditionalContexts) : null,
            Dockerfile = NullIfEmpty(build.Dockerfile),
            DockerfileInline = NullIfEmpty(build.DockerfileInline),
            Arguments = Arguments(service, build),
            Labels = build.Labels.ToDictionary(entry => entry.Key, entry => (string?)(entry.Value ?? "")),
            Tags = NullIfEmpty(build.Tags),
            CacheFrom = NullIfEmpty<BakeCacheEntry>([.. EntryReader.Caches(build.CacheFrom)]),
            CacheTo = NullIfEmpty<BakeCacheEntry>([.. EntryReader.Caches(build.CacheTo)]),
            Stage = NullIfEmpty(build.Target),
            Network = NullIfEmpty(build.Network),
            Platforms = NullIfEmpty(build.Platforms),
            SshKeys = NullIfEmpty<BakeSshKey>(Sorted(build.SshKeys.Select(key => new BakeSshKey(key.Id, key.Path.Length > 0 ? [key.Path] : [])))),
            Secrets = NullIfEmpty<BakeSecret>([.. build.Secrets.Select(secret => ToSecret(secret, project))]),
            SharedMemorySize = build.SharedMemorySize > 0 ? Bytes(build.SharedMemorySize) : null,
            Ulimits = NullIfEmpty(build.Ulimits),
            ExtraHosts = build.ExtraHosts.ToDictionary(entry => entry.Key, entry => (string?)entry.Value),
            Attestations = NullIfEmpty<BakeAttestation>([.. Attestation("sbom", build.Sbom), .. Attestation("provenance", build.Provenance)]),
            NoCache = build.NoCache ? true : null,
            Pull = build.Pull ? true : null,
        };
        if (build.Extension is { } extension)
        {
            BakeExtension.Apply(target, extension);
        }

        if (target.Tags is null or { Count: 0 } && service.Image.Length > 0)
        {
            target.Tags = [service.Image];
        }

        return target;
    }

    /// <summary>Build arguments without a value take the service's, else the environment's; those that have none nowhere are left out.</summary>
    private Dictionary<string, string?> Arguments(ComposeService service, ComposeBuild build)
    {
        Dictionary<string, string?> arguments = [];
        foreach ((string name, string? given) in build.Arguments)
        {
            string? value = given ?? service.Environment.GetValueOrDefault(name) ?? _environment.GetValueOrDefault(name);
            if (value is not null)
            {
                arguments[name] = value;
            }
        }

        return arguments;
    }

    private static BakeSecret ToSecret(string name, ComposeProject project)
    {
        ComposeSecret? secret = project.Secrets.GetValueOrDefault(name);
        return secret is { IsExternal: true }
            ? throw new BakeException($"unsupported external secret {secret.Name}")
            : new(name, secret?.File ?? "", secret?.Environment ?? "");
    }

    private static IEnumerable<BakeAttestation> Attestation(string type, string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        string whole = GoBool.Parse(text) is { } enabled ? $"type={type},disabled={(enabled ? "false" : "true")}" : $"type={type},{text}";
        return [EntryReader.Attestation(whole)];
    }

    /// <summary>Services as contexts are targets.</summary>
    internal static Dictionary<string, string> Contexts(IReadOnlyDictionary<string, string> contexts) => contexts.ToDictionary(
        entry => entry.Key,
        entry => entry.Value.StartsWith("service:", StringComparison.Ordinal) || entry.Value.StartsWith("target:", StringComparison.Ordinal)
            ? "target:" + TargetName.Sanitize(entry.Value[(entry.Value.IndexOf(':', StringComparison.Ordinal) + 1)..])
            : entry.Value);

    /// <summary>By id, then by paths.</summary>
    internal static List<BakeSshKey> Sorted(IEnumerable<BakeSshKey> keys) =>
        [.. keys.OrderBy(key => key.Id, StringComparer.Ordinal).ThenBy(key => string.Join('\0', key.Paths), StringComparer.Ordinal)];

    /// <summary>A size in the largest unit in which it has few digits.</summary>
    private static string Bytes(long size)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        double value = size;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        string text = value.ToString("G4", CultureInfo.InvariantCulture);
        return text + units[unit];
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static IReadOnlyList<T>? NullIfEmpty<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : list;
}
