using System.Text;
using Quai.Bake;
using Quai.BuildClient.Builds;
using Quai.BuildClient.Sessions;
using Quai.Cli.Builds.Contexts;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;
using Quai.Dockerfiles.Addresses;

namespace Quai.Cli.Builds.Bake;

/// <summary>Bake files of an address, which the builder has fetched.</summary>
/// <param name="Files">The files.</param>
/// <param name="Contexts">Where contexts of the definition are.</param>
internal sealed record RemoteDefinition(IReadOnlyList<BakeFile> Files, RemoteContexts Contexts)
{
    private const int HeaderSize = 1024;

    /// <summary>Secrets that fetching may need, by the variables that buildx knows them by.</summary>
    public static IReadOnlyList<SecretSource> Secrets { get; } =
    [
        .. new[] { new SecretSource("GIT_AUTH_TOKEN", "", "BUILDX_BAKE_GIT_AUTH_TOKEN"), new SecretSource("GIT_AUTH_HEADER", "", "BUILDX_BAKE_GIT_AUTH_HEADER") }
            .Where(s => Environment.GetEnvironmentVariable(s.Variable) is not null),
    ];

    /// <summary>Reads files.</summary>
    /// <param name="runner">Where they are fetched.</param>
    /// <param name="address">The address.</param>
    /// <param name="names">The files; none for those of the usual names that are there.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ExitException">There are no such files.</exception>
    /// <exception cref="Quai.BuildClient.Builders.BuilderException">They cannot be fetched.</exception>
    public static async Task<RemoteDefinition> ReadAsync(BuildRunner runner, string address, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var git = GitAddress.Find(address);
        RemoteSource source = git is null ? RemoteSource.Http(address) : RemoteSource.Git(git, address);
        var request = new BuildRequest(BuildRequest.NewId())
        {
            Source = source,
            IsInternal = true,
            Session = new SessionContents { Secrets = Secrets, Agents = git is { IsSsh: true } ? [Agent()] : [] },
        };
        await using RunningBuild build = runner.Begin(request);
        LinkedBuild solved = await build.SolveAsync(cancellation);
        RemoteDefinition definition = await ReadAsync(build.Files(solved), source, git, address, names, cancellation);
        await build.FinishAsync(solved, cancellation);
        return definition;
    }

    private static async Task<RemoteDefinition> ReadAsync(RemoteFiles files, RemoteSource source, GitAddress? git, string address, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        if (source.FileName.Length > 0)
        {
            byte[] head = await files.TryReadAsync(source.FileName, HeaderSize, cancellation) ?? [];
            if (!ArchiveSigns.Has(head))
            {
                // The one file is the definition, and contexts are this machine's.
                byte[] text = await files.TryReadAsync(source.FileName, 0, cancellation) ?? [];
                return new RemoteDefinition([new BakeFile(address, Encoding.UTF8.GetString(text))], new RemoteContexts("", null));
            }

            files = await files.UnpackAsync(cancellation);
        }

        List<BakeFile> found = [];
        foreach (string name in names.Count > 0 ? names : BakeFileLookup.DefaultNames)
        {
            if (await files.TryReadAsync(name, 0, cancellation) is { } text)
            {
                found.Add(new BakeFile(name, Encoding.UTF8.GetString(text)));
            }
            else if (names.Count > 0)
            {
                throw new ExitException(1, $"ERROR: failed to solve: lstat {name}: no such file or directory");
            }
        }

        return new RemoteDefinition(found, new RemoteContexts(address, git));
    }

    private static AgentSource Agent() =>
        AgentOption.Resolve("default", Environment.GetEnvironmentVariable("BUILDX_BAKE_GIT_SSH") is { Length: > 0 } paths ? paths.Split(',') : []);
}
