using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>A resource of another kind.</summary>
public sealed record GenericResource
{
    /// <summary>What is counted.</summary>
    public DiscreteResource? Discrete { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static GenericResource Read(ComposeMapping node) => new()
    {
        Discrete = node.One("discrete_resource_spec", DiscreteResource.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .One("discrete_resource_spec", Discrete?.Write(json))
        .Extensions(Extensions)
        .Done();
}
