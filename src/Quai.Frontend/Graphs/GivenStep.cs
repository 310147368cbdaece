using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Graphs;

/// <summary>A step of a graph that was made elsewhere, which is written as it was.</summary>
/// <param name="op">The step.</param>
/// <param name="inputs">What it takes, in its order.</param>
/// <param name="metadata">What goes with it; null for nothing.</param>
internal sealed class GivenStep(byte[] op, IReadOnlyList<Files> inputs, OpMetadata? metadata) : Step
{
    /// <summary>Its bytes, by which it is known.</summary>
    public byte[] Bytes => op;

    /// <summary>What goes with it; null for nothing.</summary>
    public OpMetadata? Metadata => metadata;

    /// <inheritdoc/>
    public override IEnumerable<Files?> Inputs => inputs;

    /// <inheritdoc/>
    public override void Write(Op op, Func<Files?, long> index)
    {
    }
}
