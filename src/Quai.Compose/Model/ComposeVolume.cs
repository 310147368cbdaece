using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>A volume.</summary>
public sealed record ComposeVolume
{
    /// <summary>Its name in the engine.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its driver.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = Nothing.Texts;

    /// <summary>Whether it is made by somebody else.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Nothing.Texts;

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ComposeVolume Read(ComposeMapping node) => new()
    {
        Name = node.Text("name"),
        Driver = node.Text("driver"),
        DriverOptions = node.TextMap("driver_opts"),
        IsExternal = node.Flag("external"),
        Labels = node.TextMap("labels"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("name", Name)
        .Text("driver", Driver)
        .TextMap("driver_opts", DriverOptions)
        .Flag("external", IsExternal)
        .TextMap("labels", Labels)
        .Extensions(Extensions)
        .Done();
}
