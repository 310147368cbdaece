using System.Globalization;
using Quai.BuildClient.Builds;
using Quai.BuildClient.Files;
using Quai.BuildClient.Layouts;
using Quai.BuildClient.Sessions;
using Quai.Cli.Builds.Contexts;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;
using Quai.Cli.Images;
using Quai.Cli.Streams;
using Quai.Errors;

namespace Quai.Cli.Builds;

/// <summary>A build as the builder is asked for it, made of what the user says.</summary>
internal sealed class BuildPlan : IDisposable
{
    private const string Failed = "ERROR: failed to build: ";
    private static readonly string[] s_imageTypes = ["moby", "image", "docker", "oci"], s_entitlements = ["network.host", "security.insecure", "device"];

    private readonly BuildContexts _contexts;
    private readonly LocalCaches _caches;
    private readonly LayoutExport? _layout;

    private BuildPlan(BuildContexts contexts, LocalCaches caches, LayoutExport? layout, BuildRequest request, IReadOnlyList<string> pushed)
    {
        _contexts = contexts;
        _caches = caches;
        _layout = layout;
        Request = request;
        Pushed = pushed;
    }

    /// <summary>The build.</summary>
    public BuildRequest Request { get; }

    /// <summary>The path of the Dockerfile; empty where it is no file of this machine's.</summary>
    public string File => _contexts.File;

    /// <summary>Names that are pushed by the daemon once they are there.</summary>
    public IReadOnlyList<string> Pushed { get; }

    /// <summary>Makes one.</summary>
    /// <param name="session">Settings, and the streams.</param>
    /// <param name="options">What the user says.</param>
    /// <param name="keepsImages">Whether the builder is a daemon that keeps images.</param>
    /// <param name="pushesItself">Whether it also pushes what it builds; else the daemon is asked to, once the image is there.</param>
    /// <exception cref="ExitException">Something of it cannot be.</exception>
    public static BuildPlan Create(Session session, BuildOptions options, bool keepsImages, bool pushesItself)
    {
        Check(options);
        List<OutputOption> outputs = Outputs(options, keepsImages);
        foreach (OutputOption output in outputs)
        {
            output.Check(session.Out.IsTerminal);
        }

        bool pushes = outputs.Exists(o => o.IsPushed);
        if (pushes && options.Tags.Count == 0 && !outputs.Where(o => o.IsPushed).All(o => o.Attributes.ContainsKey("name")))
        {
            throw new ExitException(1, Failed + "tag is needed when pushing to registry");
        }

        BuildContexts contexts = options.DockerfileText is { } text
            ? BuildContexts.Resolve(options.Context, "-", options.NamedContexts, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)))
            : BuildContexts.Resolve(options.Context, options.File, options.NamedContexts, new Input());
        try
        {
            LocalCaches caches = Caches(session, options);
            LayoutExport? layout = Layout(outputs);
            var request = new BuildRequest(BuildRequest.NewId())
            {
                Attributes = Attributes(session, options, contexts, keepsImages),
                Links = options.Links,
                Exports = options.Call.Name.Length > 0 ? [] : [.. outputs.Select(o => Export(session, o, options, keepsImages && !pushesItself))],
                CacheFrom = caches.From,
                CacheTo = options.CacheTo,
                Entitlements = options.Network == "host" ? [.. options.Entitlements.Append("network.host").Distinct()] : options.Entitlements,
                Policy = Policy(),
                Session = new SessionContents
                {
                    SharedKey = contexts.SharedKey,
                    Folders = contexts.Folders,
                    Archives = contexts.Archives,
                    Logins = new RegistryLogins(session),
                    Secrets = options.Secrets,
                    Agents = options.Agents,
                    Layouts = Layouts(caches, contexts, layout),
                },
            };
            return new BuildPlan(contexts, caches, layout, request, keepsImages && pushes && !pushesItself && options.Call.Name.Length == 0 ? [.. PushedNames(outputs, options)] : []);
        }
        catch
        {
            contexts.Dispose();
            throw;
        }
    }

    /// <summary>Notes at this client what the builder has written here.</summary>
    /// <param name="response">What its exporters say.</param>
    /// <exception cref="ExitException">It cannot be noted.</exception>
    public void Note(IReadOnlyDictionary<string, string> response)
    {
        try
        {
            _caches.Note(response);
            _layout?.Note(response);
        }
        catch (QuaiException e)
        {
            throw new ExitException(1, Failed + e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _contexts.Dispose();

    private static IReadOnlyDictionary<string, LayoutFolder> Layouts(LocalCaches caches, BuildContexts contexts, LayoutExport? layout)
    {
        if (layout is null && caches.Folders.Count == 0)
        {
            return contexts.Layouts;
        }

        Dictionary<string, LayoutFolder> layouts = caches.Folders.Concat(contexts.Layouts).ToDictionary(StringComparer.Ordinal);
        if (layout is not null)
        {
            layouts[LayoutExport.StoreName] = layout.Folder;
        }

        return layouts;
    }

    // Builders know one folder by one name.
    private static LayoutExport? Layout(List<OutputOption> outputs) => outputs.Where(o => o.IsLayout).Select(o => Path.GetFullPath(o.Destination)).Distinct().ToArray() switch
    {
        [] => null,
        [var only] => new LayoutExport(new LayoutFolder(only)),
        _ => throw new ExitException(1, Failed + "images go into one folder at a time: give --output with tar=false once"),
    };

    private static LocalCaches Caches(Session session, BuildOptions options)
    {
        try
        {
            return LocalCaches.Open(options.CacheFrom, options.CacheTo, text => session.Error.WriteLine("WARNING: " + text));
        }
        catch (QuaiException e)
        {
            throw new ExitException(1, Failed + e.Message);
        }
    }

    // By the variable that buildx knows it by.
    private static SourcePolicyFile? Policy()
    {
        try
        {
            return Environment.GetEnvironmentVariable("EXPERIMENTAL_BUILDKIT_SOURCE_POLICY") is { Length: > 0 } file ? SourcePolicyFile.Read(file) : null;
        }
        catch (QuaiException e)
        {
            throw new ExitException(1, Failed + e.Message);
        }
    }

    /// <summary>Whether a build is pushed.</summary>
    public static bool IsPushed(BuildOptions options) => options.Push || options.Outputs.Any(o => o.IsPushed);

    private static void Check(BuildOptions options)
    {
        if (options is { NoCache: true, NoCacheFilter.Count: > 0 })
        {
            throw new ExitException(1, Failed + "--no-cache and --no-cache-filter cannot currently be used together");
        }

        foreach (string tag in options.Tags)
        {
            CheckTag(tag);
        }

        if (options.Entitlements.FirstOrDefault(e => !s_entitlements.Contains(e.Split('=')[0]) && !e.StartsWith("fs", StringComparison.Ordinal)) is { } unknown)
        {
            throw new ExitException(1, $"{Failed}unknown entitlement {unknown}");
        }
    }

    private static void CheckTag(string tag)
    {
        try
        {
            ImageReference.Check(tag);
        }
        catch (ExitException)
        {
            bool upper = ImageReference.Split(tag).Item1.Any(char.IsAsciiLetterUpper);
            throw new ExitException(1, $"{Failed}invalid tag \"{tag}\": {(upper ? "repository name must be lowercase" : "invalid reference format")}");
        }
    }

    private static List<OutputOption> Outputs(BuildOptions options, bool keepsImages)
    {
        List<OutputOption> outputs = [.. options.Outputs];
        if (options.Push)
        {
            int image = outputs.FindIndex(o => o.Type == "image");
            var pushed = new OutputOption("image", new Dictionary<string, string>(image < 0 ? [] : outputs[image].Attributes) { ["push"] = "true" }, "");
            if (image < 0)
            {
                outputs.Add(pushed);
            }
            else
            {
                outputs[image] = pushed;
            }
        }

        if (options.Load && !outputs.Exists(o => o is { Type: "docker", Destination: "" }))
        {
            outputs.Add(new OutputOption("docker", new Dictionary<string, string>(), ""));
        }

        if (outputs.RemoveAll(o => o.Type == "cacheonly") > 0 || !keepsImages)
        {
            return outputs;
        }

        // The daemon's own images are one export, whatever it is called.
        static bool Own(OutputOption o) => o.Type == "image" || o is { Type: "docker", Destination: "" };
        OutputOption[] own = [.. outputs.Where(Own)];
        if (own.Length > 0 || outputs.Count == 0)
        {
            outputs.RemoveAll(Own);
            Dictionary<string, string> attributes = new(StringComparer.Ordinal);
            foreach ((string name, string value) in own.SelectMany(o => o.Attributes))
            {
                attributes[name] = value;
            }

            outputs.Insert(0, new OutputOption(attributes.ContainsKey("push") ? "image" : "moby", attributes, ""));
        }

        return outputs;
    }

    private static IEnumerable<string> PushedNames(List<OutputOption> outputs, BuildOptions options) =>
        options.Tags.Concat(outputs.Where(o => o.IsPushed).SelectMany(o => (o.Attributes.GetValueOrDefault("name") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))).Distinct();

    private static BuildExport Export(Session session, OutputOption output, BuildOptions options, bool pushedLater)
    {
        bool own = output.Type == "moby" || (pushedLater && output.Type == "image");
        Dictionary<string, string> attributes = output.Attributes.Where(a => !own || a.Key != "push").ToDictionary(StringComparer.Ordinal);
        string type = own ? "moby" : output.Type;
        if (s_imageTypes.Contains(type))
        {
            if (options.Tags.Count > 0)
            {
                attributes["name"] = string.Join(',', options.Tags);
            }

            foreach ((string name, string value) in options.Annotations)
            {
                attributes[name] = value;
            }

            if (options.IsSquashed)
            {
                attributes["squash"] = "true";
            }
        }
        else if (options.IsSquashed)
        {
            throw new ExitException(1, $"{Failed}--squash makes one layer of an image's, and {type} is none: leave one of the two out");
        }

        OutputTarget? target = type == "local"
            ? new OutputTarget { Folder = Path.GetFullPath(output.Destination) }
            : !output.IsArchive ? null
            : new OutputTarget { Take = Take(session, output.Destination) };
        return new BuildExport(type, attributes, target);
    }

    private static Func<Stream, CancellationToken, Task> Take(Session session, string destination) => destination switch
    {
        "-" => (archive, cancellation) => archive.CopyToAsync(session.Out, cancellation),
        "" => async (archive, cancellation) => await (await session.BuildEngine.Images.LoadAsync(archive, cancellation: cancellation)).DisposeAsync(),
        _ => (archive, cancellation) => WholeFile.WriteAsync(Path.GetFullPath(destination), file => archive.CopyToAsync(file, cancellation)),
    };

    private static Dictionary<string, string> Attributes(Session session, BuildOptions options, BuildContexts contexts, bool keepsImages)
    {
        Dictionary<string, string> attributes = new(contexts.Attributes, StringComparer.Ordinal);
        if (options.Pull)
        {
            attributes["image-resolve-mode"] = "pull";
        }
        else if (keepsImages)
        {
            attributes["image-resolve-mode"] = "local";
        }

        if (options.NoCache || options.NoCacheFilter.Count > 0)
        {
            attributes["no-cache"] = string.Join(',', options.NoCacheFilter);
        }

        foreach ((string name, string value) in session.Proxies)
        {
            attributes["build-arg:" + name] = value;
        }

        foreach ((string name, string value) in options.Arguments)
        {
            attributes["build-arg:" + name] = value;
        }

        foreach ((string name, string value) in options.Labels)
        {
            attributes["label:" + name] = value;
        }

        foreach ((string name, string value) in options.Attestations)
        {
            attributes[name] = value;
        }

        Add("contextsubdir", options.ContextFolder);
        Add("target", options.Target);
        Add("platform", string.Join(',', options.Platforms));
        Add("force-network-mode", options.Network is "default" ? "" : options.Network);
        Add("add-hosts", string.Join(',', options.ExtraHosts));
        Add("ulimit", string.Join(',', options.Ulimits));
        Add("cgroup-parent", options.CgroupParent);
        Add("shm-size", options.ShmSize == 0 ? "" : options.ShmSize.ToString(CultureInfo.InvariantCulture));
        Add("quai-explain", options.IsExplained ? "1" : "");
        if (options.Call.Name.Length > 0)
        {
            attributes["frontend.caps"] = "moby.buildkit.frontend.subrequests+forward";
            attributes["requestid"] = options.Call.Question;
        }

        return attributes;

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                attributes[name] = value;
            }
        }
    }
}
