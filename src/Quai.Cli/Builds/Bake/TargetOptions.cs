using Quai.Bake;
using Quai.Bake.Plans;
using Quai.BuildClient.Builds;
using Quai.Cli.Builds.Contexts;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Bake;

/// <summary>Makes builds of what bake files say.</summary>
internal static class TargetOptions
{
    private const string LinkScheme = "target:", WorkingFolder = "cwd://";

    /// <summary>The build of a target; what it takes from other targets is left to be added.</summary>
    /// <param name="target">The target.</param>
    /// <param name="call">What the frontend is asked, where the command says so; null for what the target says.</param>
    /// <exception cref="ExitException">Something of it cannot be.</exception>
    public static BuildOptions Of(BakeTarget target, CallOption? call)
    {
        CallOption asked = call ?? CallOption.Parse(target.Call ?? "");
        bool isBuild = asked.Name.Length == 0;
        return new BuildOptions(target.Context)
        {
            File = target.DockerfileInline is null ? FileOf(target) : "",
            DockerfileText = target.DockerfileInline,
            NamedContexts = target.Contexts.Where(c => !isBuild || !IsLink(c.Value)).ToDictionary(c => c.Key, c => Local(c.Value), StringComparer.Ordinal),
            Target = target.Stage ?? "",
            Tags = target.Tags,
            Arguments = target.Arguments,
            Labels = target.Labels,
            Attestations = !isBuild ? [] : [.. target.Attestations.Where(a => !a.IsDisabled).Select(a => AttestationOption.Of(a.Type, a.Attributes))],
            Annotations = [.. target.Annotations.SelectMany(AnnotationOption.Parse)],
            Platforms = target.Platforms,
            Outputs = [.. target.Outputs.Select(o => OutputOption.Of(o.Type, o.Attributes, o.Destination))],
            Pull = target.Pull ?? false,
            NoCache = target.NoCache ?? false,
            NoCacheFilter = target.NoCacheFilter,
            CacheFrom = [.. target.CacheFrom.Select(c => new CacheLocation(c.Type, c.Attributes))],
            CacheTo = [.. target.CacheTo.Select(c => new CacheLocation(c.Type, c.Attributes))],
            Secrets = [.. target.Secrets.Select(s => SecretOption.Resolve(s.Id, s.Source, s.Environment))],
            Agents = [.. target.SshKeys.Select(k => AgentOption.Resolve(k.Id, k.Paths))],
            Entitlements = target.Entitlements,
            Network = target.Network ?? "",
            ExtraHosts = [.. target.ExtraHosts.SelectMany(h => h.Value.Split(',').Select(address => $"{h.Key}={address}"))],
            Ulimits = target.Ulimits,
            ShmSize = target.SharedMemorySize is { Length: > 0 } size ? FlagValues.Bytes(size) : 0,
            Call = asked,
        };
    }

    /// <summary>The targets whose results a target takes, by the names of the contexts that they are.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Links(BakeTarget target) =>
        target.Contexts.Where(c => IsLink(c.Value)).Select(c => new KeyValuePair<string, string>(c.Key, c.Value[LinkScheme.Length..]));

    private static bool IsLink(string context) => context.StartsWith(LinkScheme, StringComparison.Ordinal);

    private static string Local(string path) => path.StartsWith(WorkingFolder, StringComparison.Ordinal) ? path[WorkingFolder.Length..] : path;

    // A Dockerfile is looked for in the context, unless its path says otherwise.
    private static string FileOf(BakeTarget target) =>
        target.Dockerfile.StartsWith(WorkingFolder, StringComparison.Ordinal) ? Local(target.Dockerfile)
        : Path.IsPathRooted(target.Dockerfile) || RemoteAddress.Is(target.Context) || RemoteAddress.Is(target.Dockerfile) ? target.Dockerfile
        : Path.Combine(target.Context, target.Dockerfile);
}
