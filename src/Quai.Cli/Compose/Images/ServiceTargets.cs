using Quai.Bake.Plans;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;
using Quai.Cli.Host;
using Quai.Compose.Model;
using Quai.Compose.Model.Building;
using Quai.Compose.Model.Services;
using Quai.Convergence;

namespace Quai.Cli.Compose.Images;

/// <summary>Makes targets of what services say of their builds, as bake builds them.</summary>
internal static class ServiceTargets
{
    private const string ServiceScheme = "service:";

    /// <summary>The services that must be built for some: they, and those whose images are contexts of theirs.</summary>
    /// <exception cref="ExitException">A context is of a service that is not built.</exception>
    public static IReadOnlyList<ComposeService> Closure(ComposeProject project, IEnumerable<ComposeService> services)
    {
        Dictionary<string, ComposeService> all = [];
        Queue<ComposeService> open = new(services);
        while (open.TryDequeue(out ComposeService? service))
        {
            if (!all.TryAdd(service.Name, service))
            {
                continue;
            }

            foreach (string other in service.Build!.AdditionalContexts.Values.Where(context => context.StartsWith(ServiceScheme, StringComparison.Ordinal)))
            {
                string name = other[ServiceScheme.Length..];
                open.Enqueue(project.AllServices.FirstOrDefault(one => one.Name == name && one.Build is not null)
                    ?? throw new ExitException(1, $"service \"{service.Name}\": build.additional_contexts: service \"{name}\" is not built"));
            }
        }

        return [.. all.Values];
    }

    /// <summary>The target of a service.</summary>
    /// <exception cref="ExitException">Something of it cannot be.</exception>
    public static BakeTarget Of(ComposeProject project, ComposeService service, ImageBuildOptions options)
    {
        ServiceBuild build = service.Build!;
        Refuse(service, build.Isolation is not ("" or "default"), "isolation");
        return new()
        {
            Name = service.Name,
            Context = build.Context,
            Contexts = build.AdditionalContexts.ToDictionary(entry => entry.Key, entry => entry.Value.StartsWith(ServiceScheme, StringComparison.Ordinal) ? "target:" + entry.Value[ServiceScheme.Length..] : entry.Value),
            Dockerfile = build.Dockerfile.Length > 0 ? build.Dockerfile : "Dockerfile",
            DockerfileInline = build.DockerfileInline.Length > 0 ? build.DockerfileInline : null,
            Arguments = Arguments(project, build, options),
            Labels = new Dictionary<string, string>(build.Labels) { [ComposeLabels.Project] = project.Name, [ComposeLabels.Service] = service.Name, [ComposeLabels.Version] = ClientVersion.Number },
            Tags = [ServiceScale.ImageOf(project, service), .. build.Tags],
            CacheFrom = [.. build.CacheFrom.Select(Cache)],
            CacheTo = [.. build.CacheTo.Select(Cache)],
            Stage = build.Target.Length > 0 ? build.Target : null,
            Secrets = [.. build.Secrets.Select(secret => Secret(project, service, secret))],
            SshKeys = [.. build.Ssh.Where(key => key.Key != options.Ssh.Split('=')[0]).Select(key => new BakeSshKey(key.Key, key.Value.Length > 0 ? [key.Value] : [])), .. Agent(options.Ssh)],
            Attestations = [.. Attestation("provenance", options.Provenance, build.Provenance), .. Attestation("sbom", options.Sbom, build.Sbom)],
            Platforms = service.Platform.Length > 0 ? [service.Platform] : build.Platforms,
            Pull = options.Pulls || build.Pull,
            NoCache = options.NoCache || build.NoCache,
            Network = build.Network.Length > 0 ? build.Network : null,
            NoCacheFilter = build.NoCacheFilter,
            SharedMemorySize = build.SharedMemorySize > 0 ? build.SharedMemorySize.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
            Ulimits = [.. build.Ulimits.Where(entry => entry.Value is not null).Select(entry => $"{entry.Key}={(entry.Value!.Soft != 0 ? entry.Value.Soft : entry.Value.Single)}:{(entry.Value.Hard != 0 ? entry.Value.Hard : entry.Value.Single)}")],
            Entitlements = build.Privileged ? [.. build.Entitlements.Append("security.insecure").Distinct()] : build.Entitlements,
            ExtraHosts = build.ExtraHosts.ToDictionary(host => host.Key, host => string.Join(',', host.Value)),
        };
    }

    private static IEnumerable<BakeSshKey> Agent(string text) => text.Length == 0 ? []
        : [text.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals ? new BakeSshKey(text[..equals], text[(equals + 1)..].Split(',')) : new BakeSshKey(text, [])];

    // What the command says counts more than what the file does.
    private static IEnumerable<BakeAttestation> Attestation(string type, string asked, string written) => (asked.Length > 0 ? asked : written) switch
    {
        "" => [],
        "true" or "1" => [new BakeAttestation(type, false, new Dictionary<string, string>())],
        "false" or "0" => [new BakeAttestation(type, true, new Dictionary<string, string>())],
        var text => [new BakeAttestation(type, false, Fields.Read(text, field => $"invalid {type} \"{text}\": {field} is no name=value"))],
    };

    private static void Refuse(ComposeService service, bool isGiven, string key)
    {
        if (isGiven)
        {
            throw new ExitException(1, $"service \"{service.Name}\": build.{key} is not supported");
        }
    }

    private static Dictionary<string, string> Arguments(ComposeProject project, ServiceBuild build, ImageBuildOptions options)
    {
        Dictionary<string, string> arguments = [];
        foreach ((string name, string? value) in build.Arguments)
        {
            if ((value ?? project.Environment.GetValueOrDefault(name)) is { } known)
            {
                arguments[name] = known;
            }
        }

        foreach (string argument in options.Arguments)
        {
            string[] parts = argument.Split('=', 2);
            if ((parts.Length > 1 ? parts[1] : project.Environment.GetValueOrDefault(parts[0])) is { } value)
            {
                arguments[parts[0]] = value;
            }
        }

        return arguments;
    }

    /// <summary>A cache as <c>type=registry,ref=NAME</c>, or as the name of an image.</summary>
    private static BakeCacheEntry Cache(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            return new("registry", new Dictionary<string, string> { ["ref"] = text });
        }

        Dictionary<string, string> attributes = CommaList.Parse(text).Select(field => field.Split('=', 2)).ToDictionary(field => field[0].Trim(), field => field.Length > 1 ? field[1].Trim() : "");
        string type = attributes.Remove("type", out string? given) ? given : throw new ExitException(1, $"cache \"{text}\": type is required");
        return new(type, attributes);
    }

    private static BakeSecret Secret(ComposeProject project, ComposeService service, ServiceFile secret)
    {
        ComposeFileObject defined = project.Secrets.GetValueOrDefault(secret.Source) ?? throw new ExitException(1, $"service \"{service.Name}\": build.secrets: there is no secret \"{secret.Source}\"");
        string id = secret.Target.Length > 0 ? secret.Target : secret.Source;
        if (defined.IsExternal)
        {
            throw new ExitException(1, $"service \"{service.Name}\": build.secrets: unsupported external secret {defined.Name}");
        }

        if (defined.Environment.Length > 0 && Environment.GetEnvironmentVariable(defined.Environment) is null && project.Environment.TryGetValue(defined.Environment, out string? value))
        {
            // It is in a file of variables; the build takes secrets from the environment.
            Environment.SetEnvironmentVariable(defined.Environment, value);
        }

        return new(id, defined.File, defined.Environment);
    }
}
