using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>A command that runs in a container at a certain time.</summary>
public sealed record ServiceHook
{
    /// <summary>The command.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The user.</summary>
    public string User { get; init; } = "";

    /// <summary>Whether it is privileged.</summary>
    public bool Privileged { get; init; }

    /// <summary>The working directory.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>The environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = Nothing.NullableTexts;

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceHook Read(ComposeMapping node) => new()
    {
        Command = node.Command("command"),
        User = node.Text("user"),
        Privileged = node.Flag("privileged"),
        WorkingDirectory = node.Text("working_dir"),
        Environment = node.NullableTextMap("environment"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Command("command", Command)
        .Text("user", User)
        .Flag("privileged", Privileged)
        .Text("working_dir", WorkingDirectory)
        .NullableTextMap("environment", Environment)
        .Extensions(Extensions)
        .Done();
}
