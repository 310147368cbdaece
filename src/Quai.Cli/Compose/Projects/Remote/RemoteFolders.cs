namespace Quai.Cli.Compose.Projects.Remote;

/// <summary>The folders in which projects from elsewhere are kept.</summary>
internal static class RemoteFolders
{
    /// <summary>Where they all are: private to the user.</summary>
    public static string Root
    {
        get
        {
            string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
                : Path.Combine(Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : "/", ".cache");
            return Path.Combine(cache, "quai", "compose");
        }
    }

    /// <summary>The folder of a name; where there is none it is filled, and is there only when it is whole.</summary>
    /// <param name="name">What its content is known by: the same name is the same content.</param>
    /// <param name="fill">Fills an empty folder.</param>
    public static string Get(string name, Action<string> fill)
    {
        string folder = Path.Combine(Root, name);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string unfinished = Directory.CreateTempSubdirectory("quai-compose-").FullName, beside = Path.Combine(Root, $".{Path.GetFileName(unfinished)}");
        Directory.Delete(unfinished);
        try
        {
            Directory.CreateDirectory(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            fill(beside);
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another has been quicker.
        }
        finally
        {
            if (Directory.Exists(beside))
            {
                Directory.Delete(beside, recursive: true);
            }
        }

        return folder;
    }
}
