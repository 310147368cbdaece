using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>The service that another extends.</summary>
public sealed record ServiceExtension
{
    /// <summary>Its file; empty if the same.</summary>
    public string File { get; init; } = "";

    /// <summary>Its name.</summary>
    public string Service { get; init; } = "";

    internal static ServiceExtension Read(ComposeMapping node) => new()
    {
        File = node.Text("file"),
        Service = node.Text("service"),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("file", File)
        .Text("service", Service)
        .Done();
}
