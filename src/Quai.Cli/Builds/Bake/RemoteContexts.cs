using Quai.Bake.Plans;
using Quai.Cli.Builds.Contexts;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;
using Quai.Dockerfiles.Addresses;

namespace Quai.Cli.Builds.Bake;

/// <summary>Where the contexts of a definition are that is of an address.</summary>
/// <param name="Address">The address; empty where contexts are this machine's all the same.</param>
/// <param name="Git">The repository that it is; null for an archive.</param>
internal sealed record RemoteContexts(string Address, GitAddress? Git)
{
    private const string WorkingFolder = "cwd://";

    /// <summary>Refuses a Dockerfile that would be the definition's and is looked for in a folder of this machine.</summary>
    /// <exception cref="ExitException">It is such.</exception>
    public void Check(BakeTarget target)
    {
        if (Address.Length > 0 && !IsRemote(target) && !IsFileHere(target) && File.Exists(Path.Combine(target.Context, target.Dockerfile)))
        {
            throw new ExitException(1, "ERROR: reading a dockerfile for a remote build invocation is currently not supported");
        }
    }

    /// <summary>A build whose contexts are there.</summary>
    /// <param name="options">The build, as if all of it were here.</param>
    /// <param name="target">The target that it is of.</param>
    /// <exception cref="ExitException">Something of it cannot be.</exception>
    public BuildOptions Place(BuildOptions options, BakeTarget target)
    {
        if (Address.Length == 0)
        {
            return options;
        }

        bool isRemote = IsRemote(target), isLocalFile = IsFileHere(target);
        string context = target.IsContextRemote ? Within(target.Context) : target.Context;
        bool bySsh = options.Agents.Count == 0 && (Git ?? GitAddress.Find(context)) is { IsSsh: true };
        return options with
        {
            Context = context,
            ContextFolder = target.IsContextRemote && Git is null ? target.Context : "",
            File = options.DockerfileText is not null ? ""
                : isRemote ? isLocalFile ? Absolute(options.File) : target.IsContextRemote && Git is null ? Path.Join(target.Context, target.Dockerfile) : target.Dockerfile
                : options.File,
            NamedContexts = target.Contexts.Where(c => options.NamedContexts.ContainsKey(c.Key)).ToDictionary(c => c.Key, c => Named(c.Value), StringComparer.Ordinal),
            Secrets = [.. options.Secrets, .. RemoteDefinition.Secrets.Where(s => !options.Secrets.Any(o => o.Id == s.Id))],
            Agents = bySsh ? [AgentOption.Resolve("default", [])] : options.Agents,
        };
    }

    private static bool IsRemote(BakeTarget target) => target.IsContextRemote || RemoteAddress.Is(target.Context);

    private static bool IsFileHere(BakeTarget target) => target.Dockerfile.StartsWith(WorkingFolder, StringComparison.Ordinal) || RemoteAddress.Is(target.Dockerfile);

    private static string Absolute(string file) => RemoteAddress.Is(file) ? file : Path.GetFullPath(file);

    private string Named(string context) => context.StartsWith(WorkingFolder, StringComparison.Ordinal) ? context[WorkingFolder.Length..]
        : BuildContexts.IsElsewhere(context) || LayoutAddress.Is(context) ? context
        : Git is not null ? Within(context)
        : throw new ExitException(1, $"ERROR: the further context {context} is a folder of an archive: builders take only the main context out of one");

    private string Within(string folder) => Git is null ? Address : Git.Within(folder).ToString();
}
