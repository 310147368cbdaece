using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Reads instructions that change an image's settings and none of its files.</summary>
internal static class SettingReader
{
    /// <summary>The only argument of an instruction.</summary>
    public static string One(Node node)
    {
        _ = new FlagSet(node);
        return node.Arguments.Count == 1 ? node.Arguments[0] : throw new DockerfileException($"{Name(node)} requires exactly one argument", node.Lines);
    }

    /// <summary>The arguments of an instruction that has at least one.</summary>
    public static IReadOnlyList<string> Some(Node node)
    {
        _ = new FlagSet(node);
        return node.Arguments.Count > 0 ? node.Arguments : throw AtLeastOne(node);
    }

    /// <summary>The pairs of ENV or LABEL.</summary>
    public static IReadOnlyList<KeyValue> Pairs(Node node)
    {
        _ = new FlagSet(node);
        return node.Pairs.Count == 0 ? throw AtLeastOne(node)
            : node.Pairs.Any(p => p.Key.Length == 0) ? throw new DockerfileException($"{Name(node)} names can not be blank", node.Lines)
            : node.Pairs;
    }

    public static ArgInstruction Arg(Node node)
    {
        List<ArgPair> pairs = [];
        foreach (string word in node.Arguments.Count > 0 ? node.Arguments : throw AtLeastOne(node))
        {
            int equals = word.IndexOf('=');
            pairs.Add(equals == 0 ? throw new DockerfileException("ARG names can not be blank", node.Lines)
                : equals < 0 ? new ArgPair(word, null)
                : new ArgPair(word[..equals], word[(equals + 1)..]));
        }

        return new ArgInstruction(node, pairs);
    }

    public static VolumeInstruction Volume(Node node)
    {
        string[] paths = [.. Some(node).Select(p => p.Trim())];
        return Array.Exists(paths, p => p.Length == 0) ? throw new DockerfileException("VOLUME specified can not be an empty string", node.Lines) : new VolumeInstruction(node, paths);
    }

    public static ShellInstruction Shell(Node node)
    {
        IReadOnlyList<string> words = Some(node);
        return node.IsJson ? new ShellInstruction(node, words) : throw new DockerfileException($"SHELL requires the arguments to be in JSON form", node.Lines);
    }

    public static OnBuildInstruction OnBuild(Node node)
    {
        if (node.Trigger is not { } trigger)
        {
            throw AtLeastOne(node);
        }

        switch (Name(trigger))
        {
            case "ONBUILD":
                throw new DockerfileException("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", node.Lines);
            case "MAINTAINER" or "FROM":
                throw new DockerfileException($"{Name(trigger)} isn't allowed as an ONBUILD trigger", node.Lines);
        }

        string text = node.Text.TrimStart()["ONBUILD".Length..].TrimStart();
        return new OnBuildInstruction(node, string.Concat([text, .. node.HereDocuments.Select(d => $"\n{d.Content}{d.Name}")]));
    }

    internal static DockerfileException AtLeastOne(Node node) => new($"{Name(node)} requires at least one argument", node.Lines);

    private static string Name(Node node) => node.Command.ToUpperInvariant();
}
