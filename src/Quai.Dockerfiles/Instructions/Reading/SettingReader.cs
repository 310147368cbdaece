using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Reads the instructions that say something of the image.</summary>
internal static class SettingReader
{
    /// <summary>Reads ARG.</summary>
    public static ArgInstruction Arg(Node node)
    {
        FlagValues.Read(AtLeastOne(node));
        List<(string, string?)> variables = [];
        foreach (string word in node.Arguments)
        {
            int equals = word.IndexOf('=');
            if (equals == 0)
            {
                throw new DockerfileException("ARG names can not be blank", node.Lines);
            }

            variables.Add(equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]));
        }

        return new ArgInstruction(node, variables);
    }

    /// <summary>An ENV or LABEL whose pairs all have names.</summary>
    public static Node Pairs(Node node)
    {
        FlagValues.Read(node);
        string name = node.Command.ToUpperInvariant();
        return node.Pairs.Count == 0 ? throw new DockerfileException($"{name} requires at least one argument", node.Lines)
            : node.Pairs.Any(p => p.Key.Length == 0) ? throw new DockerfileException($"{name} names can not be blank", node.Lines)
            : node;
    }

    /// <summary>The only argument of an instruction that has one.</summary>
    public static string One(Node node)
    {
        FlagValues.Read(node);
        return node.Arguments.Count == 1 ? node.Arguments[0] : throw new DockerfileException($"{node.Command.ToUpperInvariant()} requires exactly one argument", node.Lines);
    }

    /// <summary>Reads EXPOSE.</summary>
    public static ExposeInstruction Expose(Node node)
    {
        FlagValues.Read(AtLeastOne(node));
        return new ExposeInstruction(node, [.. node.Arguments.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Reads VOLUME.</summary>
    public static VolumeInstruction Volume(Node node)
    {
        FlagValues.Read(AtLeastOne(node));
        string[] paths = [.. node.Arguments.Select(a => a.Trim())];
        return Array.TrueForAll(paths, p => p.Length > 0) ? new VolumeInstruction(node, paths)
            : throw new DockerfileException("VOLUME specified can not be an empty string", node.Lines);
    }

    /// <summary>Reads SHELL.</summary>
    public static ShellInstruction Shell(Node node)
    {
        FlagValues.Read(AtLeastOne(node));
        return node.IsJson ? new ShellInstruction(node, node.Arguments) : throw new DockerfileException("SHELL requires the arguments to be in JSON form", node.Lines);
    }

    /// <summary>Reads ONBUILD.</summary>
    public static OnBuildInstruction OnBuild(Node node)
    {
        FlagValues.Read(node);
        if (node.Trigger is not { } trigger)
        {
            throw new DockerfileException("ONBUILD requires at least one argument", node.Lines);
        }

        switch (trigger.Command.ToUpperInvariant())
        {
            case "ONBUILD":
                throw new DockerfileException("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", node.Lines);
            case "MAINTAINER" or "FROM":
                throw new DockerfileException($"{trigger.Command.ToUpperInvariant()} isn't allowed as an ONBUILD trigger", node.Lines);
            default:
                string documents = string.Concat(node.HereDocuments.Select(d => $"\n{d.Content}{d.Name}"));
                return new OnBuildInstruction(node, trigger.Text.Trim() + documents);
        }
    }

    private static Node AtLeastOne(Node node) =>
        node.Arguments.Count > 0 ? node : throw new DockerfileException($"{node.Command.ToUpperInvariant()} requires at least one argument", node.Lines);
}
