using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects.Remote;
using Quai.Cli.Streams;
using Quai.Client;
using Quai.Compose;
using Quai.Errors;

namespace Quai.Cli.Compose.Projects;

/// <summary>Reads compose files from the disk, and from the standard input; those of registries and Git repositories are fetched.</summary>
/// <param name="session">The program's session.</param>
internal sealed class ProjectFiles(Session session) : IComposeFiles
{
    private readonly List<string> _roots = [], _includes = [];
    private string? _input;

    /// <summary>The addresses that the user named, and from which the project was fetched.</summary>
    public IReadOnlyList<string> Roots => _roots;

    /// <summary>The addresses that files name, and from which a part of the project was fetched.</summary>
    public IReadOnlyList<string> Includes => _includes;

    /// <inheritdoc/>
    public string? Read(string path)
    {
        if (path == "-")
        {
            using StreamReader reader = new(new Input());
            return _input ??= reader.ReadToEnd();
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ComposeException(new ComposeFault($"open {path}: {(Directory.Exists(path) ? "is a directory" : "permission denied")}") { Value = path, Expected = "a file that can be read" }, e);
        }
    }

    /// <inheritdoc/>
    public string Fetch(string address, ComposePlace? place)
    {
        try
        {
            List<string> known = place is null ? _roots : _includes;
            if (!known.Contains(address))
            {
                known.Add(address);
            }

            return address.StartsWith(ArtifactProjects.Prefix, StringComparison.Ordinal) ? new ArtifactProjects(session).Fetch(address) : GitProjects.Fetch(address);
        }
        catch (Exception e) when (e is DaemonException or QuaiException or ExitException)
        {
            throw new ComposeException(new ComposeFault($"{address}: {e.Message}") { Place = place, Value = address, Expected = "oci://REPOSITORY[:TAG], or the address of a Git repository" }, e);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => path == "-" || File.Exists(path);

    /// <inheritdoc/>
    public bool FolderExists(string path) => Directory.Exists(path);
}
