using Quai.Errors;

namespace Quai.Build.Exporting;

/// <summary>The folders that files for several platforms are in.</summary>
internal static class PlatformFolders
{
    /// <summary>Whether each platform's files are in a folder of their own: those for several are, those for one if the request says so.</summary>
    /// <exception cref="QuaiException">Files for several platforms are asked for in one folder.</exception>
    public static bool IsSplit(IReadOnlyList<ExportedTree> trees, IReadOnlyDictionary<string, string> attributes) => attributes.GetValueOrDefault("platform-split", "") switch
    {
        "true" or "1" => true,
        "false" or "0" when trees.Count > 1 => throw new QuaiException(
            ErrorKind.NotImplemented, "files for several platforms in one folder (platform-split=false) are not available in this version of Quai"),
        _ => trees.Count > 1,
    };

    /// <summary>The name of a tree's folder.</summary>
    public static string NameOf(ExportedTree tree) => (tree.Key.Length > 0 ? tree.Key : tree.Platform.ToString()).Replace('/', '_');
}
