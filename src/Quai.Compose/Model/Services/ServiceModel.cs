using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>How a service sees a language model.</summary>
public sealed record ServiceModel
{
    /// <summary>The variable with the model's address.</summary>
    public string EndpointVariable { get; init; } = "";

    /// <summary>The variable with the model's name.</summary>
    public string ModelVariable { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceModel Read(ComposeMapping node) => new()
    {
        EndpointVariable = node.Text("endpoint_var"),
        ModelVariable = node.Text("model_var"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("endpoint_var", EndpointVariable)
        .Text("model_var", ModelVariable)
        .Extensions(Extensions)
        .Done();
}
