using Quai.Compose.Model.Services;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Building;

/// <summary>What is done when certain files change.</summary>
public sealed record WatchRule
{
    /// <summary>The files.</summary>
    public string Path { get; init; } = "";

    /// <summary>What is done.</summary>
    public string Action { get; init; } = "";

    /// <summary>Where they are in the container.</summary>
    public string Target { get; init; } = "";

    /// <summary>What runs in the container.</summary>
    public ServiceHook Exec { get; init; } = new();

    /// <summary>Patterns of files that matter.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of files that do not.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Whether everything is copied at the beginning.</summary>
    public bool InitialSync { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static WatchRule Read(ComposeMapping node) => new()
    {
        Path = node.Text("path"),
        Action = node.Text("action"),
        Target = node.Text("target"),
        Exec = node.One("exec", ServiceHook.Read) ?? new(),
        Include = node.Texts("include"),
        Ignore = node.Texts("ignore"),
        InitialSync = node.Flag("initial_sync"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .TextAlways("path", Path)
        .TextAlways("action", Action)
        .Text("target", Target)
        .Value("exec", Exec.Write(json))
        .Texts("include", Include)
        .Texts("ignore", Ignore)
        .Flag("initial_sync", InitialSync)
        .Extensions(Extensions)
        .Done();
}
