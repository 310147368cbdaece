namespace Quai.Compose;

/// <summary>Where compose files, and those that they name, are read from. Paths are absolute, except <c>-</c>, the standard input.</summary>
public interface IComposeFiles
{
    /// <summary>A file's text; null where there is no such file.</summary>
    /// <exception cref="ComposeException">The file cannot be read.</exception>
    string? Read(string path);

    /// <summary>Fetches what is elsewhere, in a Git repository or as an artifact of a registry.</summary>
    /// <param name="address">Where it is, as the user or a file writes it.</param>
    /// <param name="place">Where that is written; null for nowhere in a file.</param>
    /// <returns>The path of the compose file that is there.</returns>
    /// <exception cref="ComposeException">It cannot be fetched.</exception>
    string Fetch(string address, ComposePlace? place) => throw new ComposeException(new ComposeFault($"{address}: compose files that are elsewhere are not fetched here")
    {
        Place = place, Value = address, Expected = "a local file",
    });

    /// <summary>Whether there is a file, and not a folder, of this path.</summary>
    bool FileExists(string path);

    /// <summary>Whether there is a folder of this path.</summary>
    bool FolderExists(string path);
}
