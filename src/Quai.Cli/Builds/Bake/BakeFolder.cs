using Quai.Bake;

namespace Quai.Cli.Builds.Bake;

/// <summary>Reads bake files from a folder, and from the standard input.</summary>
/// <param name="folder">What relative names are relative to.</param>
internal sealed class BakeFolder(string folder) : IBakeFiles
{
    /// <inheritdoc/>
    public string? Read(string name)
    {
        if (name == "-")
        {
            return Console.In.ReadToEnd();
        }

        try
        {
            return File.ReadAllText(Path.Combine(folder, name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BakeException($"open {name}: {(Directory.Exists(Path.Combine(folder, name)) ? "is a directory" : "permission denied")}", null, e);
        }
    }
}
