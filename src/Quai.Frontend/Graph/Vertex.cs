using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Graph;

/// <summary>A step of the graph that is being made. Its inputs are steps, not yet digests.</summary>
/// <param name="op">What it does, without its inputs.</param>
/// <param name="inputs">What it takes.</param>
internal sealed class Vertex(Op op, IReadOnlyList<Output> inputs)
{
    /// <summary>What it does, without its inputs. It may be filled in until the graph is written.</summary>
    public Op Op { get; } = op;

    /// <summary>What it takes.</summary>
    public IReadOnlyList<Output> Inputs { get; } = inputs;

    /// <summary>What is known of it besides.</summary>
    public OpMetadata Metadata { get; } = new();

    /// <summary>The lines of the Dockerfile that it comes from; none for those that come from none.</summary>
    public Dockerfiles.LineRange Lines { get; init; }

    /// <summary>Its bytes as somebody else made them, whose digest others may know; null for a step that is made here.</summary>
    public byte[]? Written { get; init; }

    /// <summary>The result in whose place it stands, which was not known when it was made; null for a step of its own.</summary>
    public Output? StandsFor { get; set; }

    /// <summary>Its first result.</summary>
    public Output First => new(this, 0);

    /// <summary>Makes a step with a name.</summary>
    /// <param name="op">What it does, without its inputs.</param>
    /// <param name="inputs">What it takes.</param>
    /// <param name="name">What is shown of it.</param>
    /// <param name="lines">Where it comes from.</param>
    public static Vertex Named(Op op, IReadOnlyList<Output> inputs, string name, Dockerfiles.LineRange lines = default)
    {
        var vertex = new Vertex(op, inputs) { Lines = lines };
        vertex.Metadata.Description[GraphWriter.NameKey] = name;
        return vertex;
    }
}
