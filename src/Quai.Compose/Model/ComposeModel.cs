using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>A language model.</summary>
public sealed record ComposeModel
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The artifact that it is.</summary>
    public string Model { get; init; } = "";

    /// <summary>How many tokens it sees; 0 if it decides.</summary>
    public long ContextSize { get; init; }

    /// <summary>Flags for what runs it.</summary>
    public IReadOnlyList<string> RuntimeFlags { get; init; } = [];

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ComposeModel Read(ComposeMapping node) => new()
    {
        Name = node.Text("name"),
        Model = node.Text("model"),
        ContextSize = node.Number("context_size"),
        RuntimeFlags = node.Texts("runtime_flags"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("name", Name)
        .Text("model", Model)
        .Number("context_size", ContextSize)
        .Texts("runtime_flags", RuntimeFlags)
        .Extensions(Extensions)
        .Done();
}
