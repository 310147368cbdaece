using Quai.Cli.Streams;
using Quai.Compose;

namespace Quai.Cli.Compose.Projects;

/// <summary>Reads compose files from the disk, and from the standard input.</summary>
internal sealed class ProjectFiles : IComposeFiles
{
    private string? _input;

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
    public bool FileExists(string path) => path == "-" || File.Exists(path);

    /// <inheritdoc/>
    public bool FolderExists(string path) => Directory.Exists(path);
}
