using Quai.Errors;

namespace Quai.Plugins.Discovery;

/// <summary>The folders in which plugins announce themselves.</summary>
/// <param name="Sockets">Of sockets: <c>NAME.sock</c> or <c>NAME/NAME.sock</c>.</param>
/// <param name="Files">Of files that hold addresses, <c>NAME.spec</c> and <c>NAME.json</c>; the first folder wins.</param>
public sealed record PluginDirectories(string Sockets, IReadOnlyList<string> Files)
{
    private static readonly string[] s_extensions = [".spec", ".json"];

    /// <summary>The folders that plugins for Docker use.</summary>
    public static PluginDirectories Usual { get; } = new("/run/docker/plugins", ["/etc/docker/plugins", "/usr/lib/docker/plugins"]);

    /// <summary>Where the plugin of a name listens; null if there is none.</summary>
    /// <exception cref="QuaiException">Its file is malformed.</exception>
    internal PluginAddress? Find(string name)
    {
        // A name is never a path: the folders belong to root, and what is beside them does not announce plugins.
        if (name.Length is 0 or > 200 || name is "." or ".." || name.Any(c => c is '/' or '\\' || char.IsControl(c)))
        {
            return null;
        }

        foreach (string socket in (string[])[Path.Combine(Sockets, name + ".sock"), Path.Combine(Sockets, name, name + ".sock")])
        {
            if (IsSocket(socket))
            {
                return PluginAddress.OfSocket(socket);
            }
        }

        return Files.SelectMany(folder => s_extensions.Select(extension => Path.Combine(folder, name + extension))).FirstOrDefault(File.Exists) is { } file
            ? PluginFile.Read(file)
            : null;
    }

    /// <summary>The names of all plugins that are announced.</summary>
    internal IReadOnlyList<string> Names()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (string entry in Entries(Sockets))
        {
            string name = Path.GetFileNameWithoutExtension(entry);
            if (IsSocket(entry) && entry.EndsWith(".sock", StringComparison.Ordinal))
            {
                names.Add(name);
            }
            else if (IsSocket(Path.Combine(entry, Path.GetFileName(entry) + ".sock")))
            {
                names.Add(Path.GetFileName(entry));
            }
        }

        foreach (string file in Files.SelectMany(Entries).Where(file => s_extensions.Contains(Path.GetExtension(file))))
        {
            names.Add(Path.GetFileNameWithoutExtension(file));
        }

        return [.. names];
    }

    private static string[] Entries(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Neither a folder nor a regular file; whether anybody listens is seen when it is called.
    private static bool IsSocket(string path) => File.Exists(path) && (File.GetAttributes(path) & FileAttributes.Directory) == 0;
}
