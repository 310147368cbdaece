using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles;

namespace Quai.Frontend.Graphs;

/// <summary>A step of a graph that is not written yet.</summary>
internal abstract class Step
{
    /// <summary>What it is called in the build's progress.</summary>
    public required string Name { get; init; }

    /// <summary>The instruction that it is of; empty for none.</summary>
    public string Command { get; init; } = "";

    /// <summary>Where that instruction is.</summary>
    public LineRange Lines { get; init; }

    /// <summary>Whether it is done even if its result is known.</summary>
    public bool IgnoresCache { get; init; }

    /// <summary>The name under which its progress is shown with that of others; null for its own.</summary>
    public ProgressGroup? Group { get; init; }

    /// <summary>The platform that its result depends on; null where it depends on none.</summary>
    public Oci.Images.Platform? Platform { get; init; }

    /// <summary>What it takes, in the order in which it is written.</summary>
    public abstract IEnumerable<Files?> Inputs { get; }

    /// <summary>Writes what it does.</summary>
    /// <param name="op">Takes it; its inputs are there.</param>
    /// <param name="index">The number of each input; -1 for an empty one.</param>
    public abstract void Write(Op op, Func<Files?, long> index);
}
