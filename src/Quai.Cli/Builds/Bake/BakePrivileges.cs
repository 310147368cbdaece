using Quai.BuildClient.Builds;
using Quai.Cli.Builds.Contexts;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Bake;

/// <summary>What the user lets bake files do: by themselves they read and write beneath the folder in which bake runs, and their steps may no more than others.</summary>
internal sealed class BakePrivileges
{
    private const string Network = "network.host", Insecure = "security.insecure", Device = "device", Agent = "ssh", Reading = "fs.read", Writing = "fs.write", Anything = "*";
    private const string ChecksFolders = "BUILDX_BAKE_ENTITLEMENTS_FS";

    private readonly string _folder;
    private readonly bool _checksFolders;
    private readonly HashSet<string> _steps = new(StringComparer.Ordinal);
    private readonly List<string> _read, _written;
    private bool _hasAgent;

    private BakePrivileges(string folder, bool checksFolders)
    {
        _folder = Real(folder);
        _checksFolders = checksFolders;
        _read = [_folder];
        _written = [_folder];
    }

    /// <summary>Reads the values of <c>--allow</c>.</summary>
    /// <param name="values">They.</param>
    /// <param name="folder">Where bake runs.</param>
    /// <param name="environment">The environment.</param>
    /// <exception cref="ExitException">There is no such privilege.</exception>
    public static BakePrivileges Parse(IEnumerable<string> values, string folder, IReadOnlyDictionary<string, string> environment)
    {
        bool checks = environment.GetValueOrDefault(ChecksFolders) is not { Length: > 0 } set || FlagValues.Bool(set);
        var privileges = new BakePrivileges(folder, checks);
        foreach (string value in values)
        {
            int equals = value.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? value : value[..equals], path = equals < 0 ? "" : value[(equals + 1)..];
            switch (name)
            {
                case Network or Insecure or Device:
                    privileges._steps.Add(value);
                    break;
                case Agent:
                    privileges._hasAgent = true;
                    break;
                case "fs" or Reading or Writing:
                    string real = path == Anything ? path : Real(Path.Combine(folder, path));
                    privileges._read.AddRange(name == Writing ? [] : [real]);
                    privileges._written.AddRange(name == Reading ? [] : [real]);
                    break;
                default:
                    throw new ExitException(1, $"ERROR: unknown entitlement key \"{name}\"");
            }
        }

        return privileges;
    }

    /// <summary>The build with what the user lets its steps do.</summary>
    public BuildOptions Grant(BuildOptions options) => options with { Entitlements = [.. options.Entitlements.Concat(_steps).Distinct()] };

    /// <summary>What builds need beyond what they may: a line for people, and the value of <c>--allow</c> that grants it.</summary>
    public IReadOnlyList<(string Line, string Grant)> Missing(IReadOnlyCollection<BuildOptions> builds)
    {
        List<(string, string)> missing = [];
        foreach ((string name, string line) in new[]
        {
            (Network, "Running build containers that can access host network"),
            (Insecure, "Running privileged containers that can make system changes"),
            (Device, "Access to devices of the host"),
        })
        {
            bool needs = builds.Any(b => b.Entitlements.Any(e => e.Split('=')[0] == name) || (name == Network && b.Network == "host"));
            if (needs && !_steps.Any(s => s.Split('=')[0] == name))
            {
                missing.Add((line, name));
            }
        }

        if (!_hasAgent && builds.Any(b => b.Agents.Any(a => a.SocketPath == Environment.GetEnvironmentVariable("SSH_AUTH_SOCK"))))
        {
            missing.Add(("Forwarding default SSH agent socket", Agent));
        }

        if (_checksFolders)
        {
            missing.AddRange(Outside(builds.SelectMany(ReadBy), _read).Select(p => ($"Read access to path {p}", $"{Reading}={p}")));
            missing.AddRange(Outside(builds.SelectMany(WrittenBy), _written).Select(p => ($"Write access to path {p}", $"{Writing}={p}")));
        }

        return missing;
    }

    private static IEnumerable<string> ReadBy(BuildOptions build) =>
    [
        .. ((IEnumerable<string>)[build.Context, build.File, .. build.NamedContexts.Values]).Where(p => p.Length > 0 && !BuildContexts.IsElsewhere(p)).Select(p => LayoutAddress.Is(p) ? LayoutAddress.Parse(p).Folder : p),
        .. build.Secrets.Where(s => s.FilePath.Length > 0).Select(s => s.FilePath),
        .. build.Agents.Where(a => a.SocketPath != Environment.GetEnvironmentVariable("SSH_AUTH_SOCK")).SelectMany(a => a.Own is null ? [a.SocketPath] : a.KeyPaths),
        .. build.CacheFrom.Where(c => c.Type == "local").Select(c => c.Attributes.GetValueOrDefault("src") ?? ""),
    ];

    private static IEnumerable<string> WrittenBy(BuildOptions build) =>
    [
        .. build.Outputs.Where(o => o.Destination is not ("" or "-")).Select(o => o.Destination),
        .. build.CacheTo.Where(c => c.Type == "local").Select(c => c.Attributes.GetValueOrDefault("dest") ?? ""),
    ];

    // As the user would write them, and none that lies within another.
    private IEnumerable<string> Outside(IEnumerable<string> paths, List<string> allowed)
    {
        List<string> outside = [.. paths.Select(p => Real(Path.Combine(_folder, p))).Where(p => !allowed.Exists(a => a == Anything || IsWithin(p, a))).Distinct().Order(StringComparer.Ordinal)];
        outside = [.. outside.Select(There).Distinct()];
        return outside.Where(p => !outside.Exists(other => other != p && IsWithin(p, other))).Select(p => Path.GetRelativePath(_folder, p));
    }

    private static bool IsWithin(string path, string folder) => path == folder || path.StartsWith(folder == "/" ? folder : folder + "/", StringComparison.Ordinal);

    // Where links lead. What is not there yet is beneath what is; it stands for nothing but itself.
    private static string Real(string path)
    {
        string full = Path.GetFullPath(path), real = "/";
        foreach (string name in full.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            real = new FileInfo(real) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : real;
        }

        return real;
    }

    // As it can be granted: the folder in which something will be.
    private static string There(string path)
    {
        while (!Path.Exists(path) && Path.GetDirectoryName(path) is { } parent)
        {
            path = parent;
        }

        return path;
    }
}
