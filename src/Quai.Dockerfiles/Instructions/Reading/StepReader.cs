using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Reads the instructions that make files: FROM, RUN, COPY, ADD.</summary>
internal static class StepReader
{
    /// <summary>Reads FROM.</summary>
    public static FromInstruction From(Node node)
    {
        IReadOnlyList<string> words = node.Arguments;
        FlagValues flags = FlagValues.Read(node, "platform");
        if (words.Count == 3 && words[1].Equals("as", StringComparison.OrdinalIgnoreCase))
        {
            string name = words[2].ToLowerInvariant();
            return IsStageName(name) ? new FromInstruction(node, words[0], name, flags.Text("platform"))
                : throw new DockerfileException($"invalid name for build stage: \"{words[2]}\", name can't start with a number or contain symbols", node.Lines);
        }

        return words.Count == 1 ? new FromInstruction(node, words[0], "", flags.Text("platform"))
            : throw new DockerfileException("FROM requires either one or three arguments", node.Lines);
    }

    /// <summary>Reads RUN.</summary>
    public static RunInstruction Run(Node node)
    {
        FlagValues flags = FlagValues.Read(node, "mount*", "network", "security");
        if (node.Arguments.Count == 0)
        {
            throw new DockerfileException("RUN requires at least one argument", node.Lines);
        }

        var mounts = new MountReader(node.Lines);
        return new RunInstruction(node, Line(node))
        {
            Mounts = flags.All("mount"),
            MountOrigins = [.. flags.All("mount").Select(mounts.ReadFrom)],
            Network = flags.Text("network") switch
            {
                "" or "default" => "default",
                "none" => "none",
                "host" => "host",
                var other => throw new DockerfileException(NearestWord.Suggest($"invalid network mode \"{other}\"", other, ["default", "none", "host"]), node.Lines),
            },
            Security = flags.Text("security") switch
            {
                "" or "sandbox" => "sandbox",
                "insecure" => "insecure",
                var other => throw new DockerfileException(NearestWord.Suggest($"security \"{other}\" is not valid", other, ["sandbox", "insecure"]), node.Lines),
            },
        };
    }

    /// <summary>Reads what is to be run.</summary>
    public static CommandLine Line(Node node) =>
        new(node.IsJson || node.Arguments.Count == 0 ? node.Arguments : [string.Join(' ', node.Arguments)], !node.IsJson, node.HereDocuments);

    /// <summary>Reads COPY or ADD.</summary>
    public static CopyInstruction Copy(Node node, bool isAdd)
    {
        string name = isAdd ? "ADD" : "COPY";
        if (node.Arguments.Count < 2)
        {
            throw new DockerfileException($"{name} requires at least two arguments, but only one was provided. Destination could not be determined", node.Lines);
        }

        FlagValues flags = isAdd ? FlagValues.Read(node, "chown", "chmod", "keep-git-dir?", "link?", "checksum", "unpack?", "exclude*")
            : FlagValues.Read(node, "chown", "from", "chmod", "link?", "parents?", "exclude*");
        List<string> sources = [];
        List<InlineFile> files = [];
        foreach (string word in node.Arguments.SkipLast(1))
        {
            HereDocument? mark = node.IsJson ? null : HereDocumentMarks.Read(word);
            if (mark is null)
            {
                sources.Add(word);
                continue;
            }

            HereDocument document = node.HereDocuments.FirstOrDefault(d => d.Name == mark.Name) ?? mark;
            files.Add(new InlineFile(document.Name, document.Content, document.Expands));
        }

        string destination = node.Arguments[^1];
        if (!node.IsJson && HereDocumentMarks.Read(destination) is not null)
        {
            throw new DockerfileException($"{name} cannot accept a heredoc as a destination", node.Lines);
        }

        return new CopyInstruction(node, sources, files, destination)
        {
            IsAdd = isAdd,
            From = flags.Text("from"),
            Chown = flags.Text("chown"),
            Chmod = flags.Text("chmod"),
            IsLink = flags.Is("link"),
            KeepsParents = flags.Is("parents"),
            Exclude = flags.All("exclude"),
            Checksum = flags.Text("checksum"),
            KeepsGitDirectory = flags.Is("keep-git-dir"),
            Unpacks = flags.IsOrNot("unpack"),
        };
    }

    private static bool IsStageName(string name) =>
        name.Length > 0 && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');
}
