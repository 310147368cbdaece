using System.Security.Cryptography;
using System.Text;
using Quai.Compose.Loading;
using Quai.Compose.Yaml;

namespace Quai.Compose.Publishing;

/// <summary>
/// The files of a project as they are published: as they are written, but for the names of files that they refer to. Those are published beside them, by names that tell nothing of
/// where they were.
/// </summary>
/// <param name="files">Where files are read from.</param>
public sealed class ProjectPublication(IComposeFiles files)
{
    private readonly List<PublishedFile> _projects = [], _others = [];
    private readonly HashSet<string> _known = [];

    /// <summary>The files of a project.</summary>
    /// <param name="paths">Its compose files, absolute.</param>
    /// <exception cref="ComposeException">One includes others of this machine, or is named by variables.</exception>
    public IReadOnlyList<PublishedFile> Of(IReadOnlyList<string> paths)
    {
        foreach (string path in paths)
        {
            _projects.Add(new(FilePath.Name(path), Rewritten(path), PublishedFileKind.Project));
        }

        return [.. _projects, .. _others];
    }

    private string Rewritten(string path)
    {
        string text = files.Read(path) ?? throw new ComposeException(new ComposeFault($"open {path}: no such file or directory") { Value = path, Expected = "a file" });
        List<(ComposeScalar Node, string Name)> names = [];
        foreach (YamlDocument document in YamlReader.Read(path, text))
        {
            if (document.Root is not ComposeMapping root)
            {
                continue;
            }

            RefuseIncludes(root);
            foreach (ComposeMapping service in (root["services"] as ComposeMapping)?.Entries.Values.OfType<ComposeMapping>() ?? [])
            {
                Collect(service, FilePath.Folder(path), names);
            }
        }

        return Replaced(text, names);
    }

    private static void RefuseIncludes(ComposeMapping root)
    {
        foreach (ComposeNode include in (root["include"] as ComposeSequence)?.Items ?? [])
        {
            ComposeNode? named = include is ComposeMapping settings ? settings["path"] : include;
            foreach (ComposeScalar path in named is ComposeSequence several ? several.Items.OfType<ComposeScalar>() : named is ComposeScalar one ? [one] : [])
            {
                if (!FilePath.IsRemote(path.Text))
                {
                    throw new ComposeException(new ComposeFault("cannot publish compose file with local includes") { Place = path.Place, Path = "include", Value = path.Text, Expected = "what is in a registry or in a Git repository" });
                }
            }
        }
    }

    private void Collect(ComposeMapping service, string folder, List<(ComposeScalar Node, string Name)> names)
    {
        if ((service["extends"] as ComposeMapping)?["file"] is ComposeScalar { IsNull: false } extended && !FilePath.IsRemote(extended.Text))
        {
            string path = PathOf(extended, folder), name = NameOf(path, ".yaml");
            names.Add((extended, name));
            if (_known.Add(path))
            {
                _others.Add(new(name, Rewritten(path), PublishedFileKind.Extended));
            }
        }

        ComposeNode? declared = service["env_file"];
        IEnumerable<ComposeNode> listed = declared is ComposeSequence several ? several.Items : declared is null ? [] : [declared];
        foreach (ComposeNode entry in listed)
        {
            if ((entry is ComposeMapping settings ? settings["path"] : entry) is not ComposeScalar { IsNull: false } variables)
            {
                continue;
            }

            string path = PathOf(variables, folder), name = NameOf(path, ".env");
            bool isNeeded = (entry as ComposeMapping)?["required"] is not ComposeScalar { Kind: ScalarKind.Boolean, Boolean: false };
            string? text = files.Read(path);
            if (text is null && isNeeded)
            {
                throw new ComposeException(new ComposeFault($"env file {path} not found") { Place = variables.Place, Path = "env_file", Value = variables.Text, Expected = "a file" });
            }

            names.Add((variables, name));
            if (text is not null && _known.Add(path))
            {
                _others.Add(new(name, text, PublishedFileKind.Variables));
            }
        }
    }

    private static string PathOf(ComposeScalar node, string folder) => !node.Text.Contains('$', StringComparison.Ordinal) ? FilePath.Absolute(node.Text, folder)
        : throw new ComposeException(new ComposeFault("a file that variables name cannot be published: it is another one elsewhere") { Place = node.Place, Value = node.Text, Expected = "a path without variables" });

    // The names that Docker's compose gives them.
    private static string NameOf(string path, string ending) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path))) + ending;

    private static string Replaced(string text, List<(ComposeScalar Node, string Name)> names)
    {
        string[] lines = text.Split('\n');
        foreach ((ComposeScalar node, string name) in names.DistinctBy(one => one.Node.Place).OrderByDescending(one => one.Node.Place!.Line).ThenByDescending(one => one.Node.Place!.Column))
        {
            ComposePlace place = node.Place!;
            ref string line = ref lines[place.Line - 1];
            int at = place.Column - 1, quotes = at < line.Length && line[at] is '"' or '\'' ? 1 : 0;
            if (string.CompareOrdinal(line, at + quotes, node.Text, 0, node.Text.Length) != 0)
            {
                throw new ComposeException(new ComposeFault("the name of a file that is published must stand in one line, as it is") { Place = place, Value = node.Text, Expected = "a plain or quoted text" });
            }

            line = line[..(at + quotes)] + name + line[(at + quotes + node.Text.Length)..];
        }

        return string.Join('\n', lines);
    }
}
