using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.Build.Exporting;

/// <summary>The folders that files for several platforms are in.</summary>
internal static class PlatformFolders
{
    /// <summary>Whether each platform's files are in a folder of their own: those for several are, unless the request says otherwise; those for one if it says so.</summary>
    /// <exception cref="QuaiException">What the request says is neither true nor false.</exception>
    public static bool IsSplit(IReadOnlyList<ExportedTree> trees, IReadOnlyDictionary<string, string> attributes) => attributes.GetValueOrDefault("platform-split", "") switch
    {
        "" => trees.Count > 1,
        string text => Booleans.TryParse(text, out bool isSplit) ? isSplit : throw QuaiException.Invalid($"invalid value for platform-split: {text}"),
    };

    /// <summary>The name of a tree's folder.</summary>
    public static string NameOf(ExportedTree tree) => (tree.Key.Length > 0 ? tree.Key : tree.Platform.ToString()).Replace('/', '_');
}
