using Quai.Api.Containers;
using Quai.Cli.Builds.Options;
using Quai.Cli.Builds.Progress;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;

namespace Quai.Cli.Builds;

/// <summary>The options of a build.</summary>
/// <param name="flags">Takes them.</param>
internal sealed class BuildFlags(FlagSet flags)
{
    private readonly ListFlag<string> _hosts = flags.Strings("add-host", '\0', "Add a line to the hosts file of steps (name:address)");
    private readonly ListFlag<string> _allow = flags.List("allow", '\0', "Allow steps more (network.host, security.insecure)", type: "stringArray");
    private readonly ListFlag<string> _annotations = flags.List("annotation", '\0', "Add an annotation to the image", type: "stringArray");
    private readonly ListFlag<string> _attest = flags.List("attest", '\0', "Attest something of the result (type=provenance,mode=max; type=sbom)", type: "stringArray");
    private readonly ListFlag<string> _arguments = flags.List("build-arg", '\0', "Set a variable of the build", type: "stringArray");
    private readonly ListFlag<string> _contexts = flags.List("build-context", '\0', "Add a context (name=path)", type: "stringArray");
    private readonly Flag<string> _builder = flags.String("builder", '\0', "Use this builder");
    private readonly ListFlag<string> _cacheFrom = flags.List("cache-from", '\0', "Use a cache outside the builder (type=registry,ref=user/app)", type: "stringArray");
    private readonly ListFlag<string> _cacheTo = flags.List("cache-to", '\0', "Write a cache outside the builder (type=registry,ref=user/app)", type: "stringArray");
    private readonly Flag<string> _call = flags.String("call", '\0', "Ask this instead of a build (check, outline, targets)", "build");
    private readonly Flag<string> _cgroupParent = flags.String("cgroup-parent", '\0', "Parent cgroup of steps");
    private readonly Flag<bool> _check = flags.Bool("check", '\0', "Check the Dockerfile, the same as --call=check");
    private readonly Flag<bool> _debug = flags.Bool("debug", 'D', "Tell warnings in full");
    private readonly Flag<bool> _explain = flags.Bool("explain", '\0', "Tell why steps ran whose results were not in the cache");
    private readonly Flag<string> _file = flags.String("file", 'f', "The Dockerfile, by default Dockerfile in the context");
    private readonly Flag<string> _idFile = flags.String("iidfile", '\0', "Write the image's id to a file");
    private readonly ListFlag<string> _labels = flags.List("label", '\0', "Add a label to the image", type: "stringArray");
    private readonly Flag<bool> _load = flags.Bool("load", '\0', "Make it an image of the daemon, the same as --output=type=docker");
    private readonly Flag<string> _metadataFile = flags.String("metadata-file", '\0', "Write what came of the build to a file");
    private readonly Flag<string> _network = flags.String("network", '\0', "Network of steps: default, none, host, or one of the engine's networks by name", "default");
    private readonly Flag<bool> _noCache = flags.Bool("no-cache", '\0', "Take nothing from the cache");
    private readonly ListFlag<string> _noCacheFilter = flags.List("no-cache-filter", '\0', "Take nothing from the cache for these stages", type: "stringArray");
    private readonly Flag<string> _onError = flags.String("on-error", '\0', "What to do where a step fails: shell opens one in its files");
    private readonly ListFlag<string> _outputs = flags.List("output", 'o', "What becomes of the result (type=local,dest=path)", type: "stringArray");
    private readonly ListFlag<string> _platforms = flags.List("platform", '\0', "Build for this platform", type: "stringArray");
    private readonly Flag<string> _progress = flags.String("progress", '\0', "How progress is shown: auto, none, plain, quiet, rawjson or tty", BuildDisplays.Default);
    private readonly Flag<string> _provenance = flags.String("provenance", '\0', "Shorthand for \"--attest=type=provenance\"");
    private readonly Flag<bool> _pull = flags.Bool("pull", '\0', "Look base images up in their registries");
    private readonly Flag<bool> _push = flags.Bool("push", '\0', "Push the image, the same as --output=type=registry");
    private readonly Flag<bool> _quiet = flags.Bool("quiet", 'q', "Print nothing but the image's id");
    private readonly Flag<string> _sbom = flags.String("sbom", '\0', "Shorthand for \"--attest=type=sbom\"");
    private readonly ListFlag<string> _secrets = flags.List("secret", '\0', "Give the build a secret (id=token,src=file)", type: "stringArray");
    private readonly Flag<long> _shmSize = flags.Add(new Flag<long>("shm-size", '\0', "bytes", "Shared memory of steps", 0, FlagValues.Bytes));
    private readonly Flag<bool> _squash = flags.Bool("squash", '\0', "Make one layer of those that are put upon the base image");
    private readonly ListFlag<string> _agents = flags.List("ssh", '\0', "Give the build an agent of ssh (default, or id=socket), or one with keys (id=key,...)", type: "stringArray");
    private readonly ListFlag<string> _tags = flags.List("tag", 't', "Name the image (name[:tag])", type: "stringArray");
    private readonly Flag<string> _target = flags.String("target", '\0', "Build this stage");

    // Scripts of old have these. Nothing has to be done for them: no step leaves a container, and a context is sent once.
    private readonly Flag<bool>[] _old = [.. ((string[])["compress", "force-rm", "rm"]).Select(name => flags.Add(new Flag<bool>(name, '\0', "", "", false, FlagValues.Bool) { BareValue = "true", Hidden = true }))];

    private readonly ListFlag<Ulimit> _ulimits = flags.Add(new ListFlag<Ulimit>("ulimit", '\0', "ulimit", "Limit of steps", s => [Validation.Ulimit(s)]));

    /// <summary>The builder; empty for the current one.</summary>
    public string Builder => _builder.Value;

    /// <summary>Whether warnings are told in full.</summary>
    public bool IsDebug => _debug.Value;

    /// <summary>Whether nothing but the id is printed.</summary>
    public bool IsQuiet => _quiet.Value || _progress.Value == "quiet";

    /// <summary>Where the id is written; empty for nowhere.</summary>
    public string IdFile => _idFile.Value;

    /// <summary>Where metadata is written; empty for nowhere.</summary>
    public string MetadataFile => _metadataFile.Value;

    /// <summary>Whether a shell is opened in the files of a step that fails.</summary>
    /// <exception cref="ExitException">Something else is asked for.</exception>
    public bool OpensShell => _onError.Value switch
    {
        "" => false,
        "shell" => true,
        var other => throw new ExitException(1, $"ERROR: invalid value \"{other}\" for --on-error: shell is all that there is"),
    };

    /// <summary>How progress is shown.</summary>
    /// <exception cref="ExitException">It is said twice.</exception>
    public string Progress => !_quiet.Value ? _progress.Value
        : !_progress.Changed || _progress.Value is "quiet" or "auto" ? "quiet"
        : throw new ExitException(1, $"ERROR: progress={_progress.Value} and quiet cannot be used together");

    /// <summary>The build.</summary>
    /// <param name="context">The argument.</param>
    /// <exception cref="ExitException">A value is malformed, or asks for what there is not.</exception>
    public BuildOptions Read(string context)
    {
        var contexts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string named in _contexts.Values)
        {
            int equals = named.IndexOf('=', StringComparison.Ordinal);
            contexts[equals > 0 ? named[..equals] : throw new ExitException(1, $"ERROR: invalid context value: {named}, expected key=value")] = named[(equals + 1)..];
        }

        return new BuildOptions(context)
        {
            File = _file.Value,
            NamedContexts = contexts,
            Target = _target.Value,
            Tags = _tags.Values,
            Arguments = WithEpoch(Fields.Pairs(_arguments.Values, fromEnvironment: true)),
            Labels = Fields.Pairs(_labels.Values, fromEnvironment: false),
            Attestations = AttestationOption.Read(_attest.Values, _provenance.Value, _sbom.Value),
            Annotations = [.. _annotations.Values.SelectMany(AnnotationOption.Parse)],
            Platforms = [.. Platforms()],
            Outputs = [.. _outputs.Values.Select(OutputOption.Parse)],
            Load = _load.Value,
            Push = _push.Value,
            Pull = _pull.Value,
            IsSquashed = _squash.Value,
            NoCache = _noCache.Value,
            NoCacheFilter = [.. _noCacheFilter.Values.SelectMany(f => f.Split(','))],
            CacheFrom = [.. _cacheFrom.Values.SelectMany(CacheOption.ParseFrom)],
            CacheTo = [.. _cacheTo.Values.Select(CacheOption.ParseTo)],
            Secrets = [.. _secrets.Values.Select(SecretOption.Parse)],
            Agents = [.. _agents.Values.Select(AgentOption.Parse)],
            Entitlements = _allow.Values,
            Network = _network.Value,
            IsExplained = _explain.Value,
            ExtraHosts = [.. _hosts.Values.Select(Host)],
            Ulimits = [.. _ulimits.Values.Select(u => $"{u.Name}={u.Soft}:{u.Hard}")],
            ShmSize = _shmSize.Value,
            CgroupParent = _cgroupParent.Value,
            Call = CallOption.Parse(_check.Value && !_call.Changed ? "check" : _call.Value),
        };
    }

    // The environment's time is the build's, too, unless the build has its own.
    private static Dictionary<string, string> WithEpoch(Dictionary<string, string> arguments)
    {
        if (Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") is { Length: > 0 } epoch)
        {
            arguments.TryAdd("SOURCE_DATE_EPOCH", epoch);
        }

        return arguments;
    }

    private IEnumerable<string> Platforms()
    {
        IEnumerable<string> given = _platforms.Values.Count > 0 ? _platforms.Values : [Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM") ?? ""];
        foreach (string platform in given.SelectMany(p => p.Split(',')).Select(p => p.Trim()).Where(p => p.Length > 0))
        {
            string[] parts = platform.Split('/');
            bool valid = parts.Length is >= 1 and <= 3 && parts.All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'));
            yield return valid ? platform : throw new ExitException(1, $"ERROR: failed to build: \"{platform}\": cannot parse platform specifier: invalid argument");
        }
    }

    private static string Host(string text)
    {
        int cut = text.IndexOfAny(['=', ':']);
        string address = cut <= 0 ? "" : text[(cut + 1)..];
        string bare = address.StartsWith('[') && address.EndsWith(']') ? address[1..^1] : address;
        return cut > 0 && (bare == "host-gateway" || Validation.IsAddress(bare)) ? $"{text[..cut]}={bare}" : throw new ExitException(1, $"ERROR: failed to build: invalid host {text}");
    }
}
