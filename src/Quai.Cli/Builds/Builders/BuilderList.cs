using System.Text.Json;
using Quai.BuildClient.Files;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Builders;

/// <summary>The file of builders in the folder of the client's settings.</summary>
/// <param name="Current">The builder that is used; empty for the daemon's.</param>
/// <param name="Builders">The builders beside the daemon's.</param>
internal sealed record BuilderList(string Current, IReadOnlyList<BuilderEntry> Builders)
{
    /// <summary>Reads the file; a missing one has none.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static BuilderList Load(string folder)
    {
        string path = PathIn(folder);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), BuilderJson.Default.BuilderList) is { Builders: not null, Current: not null } list
                ? list
                : throw new ExitException(1, $"ERROR: the list of builders {path} is incomplete");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new BuilderList("", []);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ExitException(1, $"ERROR: the list of builders {path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Writes the file.</summary>
    public void Save(string folder)
    {
        string path = PathIn(folder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        WholeFile.WriteText(path, JsonSerializer.Serialize(this, BuilderJson.Default.BuilderList) + "\n");
    }

    private static string PathIn(string folder) => Path.Combine(folder, "quai", "builders.json");
}
