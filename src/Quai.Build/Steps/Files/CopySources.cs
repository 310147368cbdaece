using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.Build.Steps.Files;

/// <summary>What a copy copies: the paths that its source stands for in a tree.</summary>
internal static class CopySources
{
    /// <summary>Finds them.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="tree">The tree that is copied from.</param>
    /// <returns>Paths without links in what leads to them. The last part is the name that the copy has; <see cref="Followed"/> says what is copied.</returns>
    /// <exception cref="QuaiException">Kind NotFound: a plain path, or a pattern that must fit something, stands for nothing.</exception>
    public static IReadOnlyList<string> Find(FileActionCopy copy, MergedTree tree)
    {
        string source = MergedTree.Clean(copy.Src);
        if (!copy.AllowWildcard || !ShellGlob.IsPattern(source))
        {
            return [source == "/" ? source : copy.AllowWildcard ? ShellGlob.Unescaped(source) : source];
        }

        List<string> found = ["/"];
        string[] parts = source.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length && found.Count > 0; i++)
        {
            found = [.. found.SelectMany(f => Next(tree, f, parts[i], i + 1 == parts.Length, copy.FollowSymlink))];
        }

        return found.Count > 0 || copy.AllowEmptyWildcard ? found : throw QuaiException.NotFound($"{source} not found");
    }

    /// <summary>What is copied for a path that was found: where it leads, if links are followed.</summary>
    /// <exception cref="QuaiException">Kind NotFound: it leads to nothing.</exception>
    public static string Followed(FileActionCopy copy, MergedTree tree, string path)
    {
        string followed = tree.Resolve(path, copy.FollowSymlink);
        if (tree.Status(followed) is not null)
        {
            return followed;
        }

        string sentence = $"\"{path}\": not found", message = Suggestion.Append(sentence, path, Neighbours(tree, followed));
        throw new MissingFileException(followed, message) { HasSuggestion = message != sentence };
    }

    /// <summary>What is where a file was looked for that is not there.</summary>
    private static string[] Neighbours(MergedTree tree, string path)
    {
        string folder = MergedTree.Parent(path);
        using MergedDirectory? directory = tree.OpenDirectory(folder);
        return directory is null ? [] : [.. directory.Entries().Select(e => Join(folder, MergedTree.Text(e.Name)))];
    }

    private static IEnumerable<string> Next(MergedTree tree, string folder, string part, bool isLast, bool follows)
    {
        string resolved = tree.Resolve(folder, follows || !isLast);
        if (!ShellGlob.IsPattern(part))
        {
            string inner = Join(resolved, ShellGlob.Unescaped(part));
            return tree.Status(inner) is null ? [] : [inner];
        }

        using MergedDirectory? directory = tree.OpenDirectory(resolved);
        return directory is null ? [] : [.. directory.Entries().Select(e => MergedTree.Text(e.Name)).Where(n => ShellGlob.Fits(part, n)).Select(n => Join(resolved, n))];
    }

    private static string Join(string folder, string name) => folder == "/" ? "/" + name : $"{folder}/{name}";
}
