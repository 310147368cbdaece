using Quai.Dockerfiles.Instructions.Mounts;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Reads FROM, RUN, COPY and ADD.</summary>
internal static class StepReader
{
    private static readonly string[] s_networks = ["default", "none", "host"], s_securities = ["sandbox", "insecure"];

    public static FromInstruction From(Node node)
    {
        IReadOnlyList<string> words = node.Arguments;
        string name = "";
        if (words.Count == 3 && words[1].Equals("as", StringComparison.OrdinalIgnoreCase))
        {
            name = words[2].ToLowerInvariant();
            if (!IsStageName(name))
            {
                throw new DockerfileException($"invalid name for build stage: \"{words[2]}\", name can't start with a number or contain symbols", node.Lines);
            }
        }
        else if (words.Count != 1)
        {
            throw new DockerfileException("FROM requires either one or three arguments", node.Lines);
        }

        return new FromInstruction(node, words[0], name, new FlagSet(node, "platform").Text("platform"));
    }

    public static RunInstruction Run(Node node)
    {
        var flags = new FlagSet(node, "mount*", "network", "security", "device*");
        string network = flags.Text("network"), security = flags.Text("security");
        foreach (string mount in flags.All("mount"))
        {
            MountReader.Check(mount, node.Lines);
        }

        if (network.Length > 0 && !s_networks.Contains(network))
        {
            throw new DockerfileException($"invalid network mode \"{network}\"", node.Lines);
        }

        if (security.Length > 0 && !s_securities.Contains(security))
        {
            throw new DockerfileException($"security {security} is not valid", node.Lines);
        }

        return new RunInstruction(node, Program(node, hasFlags: true))
        {
            Mounts = flags.All("mount"),
            Network = network,
            Security = security,
            Devices = [.. flags.All("device").Select(d => Device(d, node))],
        };
    }

    public static CopyInstruction Copy(Node node)
    {
        Enough(node);
        var flags = new FlagSet(node, "chown", "from", "chmod", "link?", "parents?", "exclude*");
        return Files(node, isAdd: false, flags) with { From = flags.Text("from"), KeepsParents = flags.Bool("parents") ?? false };
    }

    public static CopyInstruction Add(Node node)
    {
        Enough(node);
        var flags = new FlagSet(node, "chown", "chmod", "link?", "keep-git-dir?", "checksum", "exclude*", "unpack?");
        return Files(node, isAdd: true, flags) with { Checksum = flags.Text("checksum"), KeepsGitDirectory = flags.Bool("keep-git-dir"), Unpacks = flags.Bool("unpack") };
    }

    /// <summary>What an instruction runs.</summary>
    public static CommandLine Program(Node node, bool hasFlags = false)
    {
        if (!hasFlags)
        {
            _ = new FlagSet(node);
        }

        return new CommandLine(node.Arguments, !node.IsJson, node.HereDocuments);
    }

    private static void Enough(Node node)
    {
        if (node.Arguments.Count < 2)
        {
            throw new DockerfileException($"{node.Command.ToUpperInvariant()} requires at least two arguments, but only one was provided. Destination could not be determined", node.Lines);
        }
    }

    private static CopyInstruction Files(Node node, bool isAdd, FlagSet flags)
    {
        string destination = node.Arguments[^1];
        if (!node.IsJson && HereDocumentMarks.Read(destination) is not null)
        {
            throw new DockerfileException($"{node.Command.ToUpperInvariant()} cannot accept a heredoc as a destination", node.Lines);
        }

        List<string> sources = [];
        List<HereDocument> documents = [];
        foreach (string word in node.Arguments.Take(node.Arguments.Count - 1))
        {
            HereDocument? mark = node.IsJson ? null : HereDocumentMarks.Read(word);
            if (mark is null)
            {
                sources.Add(word);
            }
            else
            {
                documents.Add(node.HereDocuments.LastOrDefault(d => d.Name == mark.Name) ?? mark);
            }
        }

        return new CopyInstruction(node, isAdd, sources, documents, destination)
        {
            Owner = flags.Text("chown"),
            Mode = flags.Text("chmod"),
            IsLinked = flags.Bool("link") ?? false,
            Exclude = flags.All("exclude"),
        };
    }

    private static DeviceRequest Device(string text, Node node)
    {
        bool required = false;
        string name = "";
        foreach (string field in CommaFields.Read(text, node.Lines, "failed to parse csv devices"))
        {
            int equals = field.IndexOf('=');
            string key = equals < 0 ? field : field[..equals];
            if (equals < 0 && key.Equals("required", StringComparison.OrdinalIgnoreCase))
            {
                required = true;
            }
            else if (key.Equals("required", StringComparison.OrdinalIgnoreCase))
            {
                required = Booleans.TryParse(field[(equals + 1)..], out bool value) ? value : throw new DockerfileException($"invalid value for required: {field[(equals + 1)..]}", node.Lines);
            }
            else if (key.Equals("name", StringComparison.OrdinalIgnoreCase))
            {
                name = field[(equals + 1)..];
            }
            else
            {
                name = name.Length == 0 ? field : throw new DockerfileException($"unexpected key '{key}' in '{field}'", node.Lines);
            }
        }

        return name.Length > 0 ? new DeviceRequest(name, required) : throw new DockerfileException("a device needs a name, such as vendor.com/class=name", node.Lines);
    }

    private static bool IsStageName(string name) => name.Length > 0 && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');
}
