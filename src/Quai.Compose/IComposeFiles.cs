namespace Quai.Compose;

/// <summary>Where compose files, and those that they name, are read from. Paths are absolute, except <c>-</c>, the standard input.</summary>
public interface IComposeFiles
{
    /// <summary>A file's text; null where there is no such file.</summary>
    /// <exception cref="ComposeException">The file cannot be read.</exception>
    string? Read(string path);

    /// <summary>Whether there is a file, and not a folder, of this path.</summary>
    bool FileExists(string path);

    /// <summary>Whether there is a folder of this path.</summary>
    bool FolderExists(string path);
}
